-- Text where a number is due: JavaScript's numbers, not those of another language.
local t = require("prelude")
local net, log, raises, says = t.net, t.log, t.raises, t.says
local timers = require("lnet.timers")

-- stylua: ignore
local TEXTS = {
  "", " ", "\t", "\n ", "\u{a0}", "0x1p0", "0xA.0", "1e400", "inf", "nan", "Infinity", "0x", "1e",
  ".", "1_0", "80\0", "0xg", "0b2", "0o8", "+0x50", "5 5", "65536", "-1", "1.5", "0b1010000",
  "0o120", " 80 ", "8e1", "+80", "0x50", "0X50", "80.0", "80.", ".8e2", "\u{a0}80\u{feff}",
  "\v80\f", "080", "-0", "0x00000000050",
}

local function ignore() end

for i, text in ipairs(TEXTS) do
  local server = net.createServer()
  server:on("error", ignore)
  says("listen " .. i - 1, function() server:listen({ port = text, host = "127.0.0.1" }) end)
  log("listening", server.listening)
  server:close()
  local socket = net.Socket()
  socket:on("error", ignore)
  says("connect " .. i - 1, function() socket:connect({ port = text, host = "127.0.0.1" }) end)
  socket:destroy()
end

local function listens(label, ...)
  local args = table.pack(...)
  local server = net.createServer()
  raises(label, function() server:listen(table.unpack(args, 1, args.n)) end)
  log(label, server.listening)
  server:close()
end
for _, value in ipairs({ "5", "0x10", "x", "", true, -1, 0 / 0, 1.5 }) do
  listens("backlog", { port = 0, backlog = value })
  listens("backlog argument", 0, value)
  listens("backlog behind the host", 0, "127.0.0.1", value)
end

local socket = net.Socket()
socket:unshift("hello world")
for _, size in ipairs({ "1", " 1x", "0x10", "1e1", "+1", true, "x" }) do
  local got = socket:read(size)
  log("read", tostring(size), got == nil and "nothing" or got)
  if got ~= nil then socket:unshift(got) end
end
socket:destroy()

for _, timeout in ipairs({ 0.5, 1.5 }) do
  local timed = net.Socket()
  raises("timeout", function() timed:setTimeout(timeout) end)
  log("timeout", timed.timeout)
  timed:destroy()
end

-- Timers come in the order of their delays.
for _, delay in ipairs({ "0b10100", "0o24", "0x14", "2e1", " 20 " }) do
  timers.setTimeout(log, delay, "20 ms", tostring(delay))
end
timers.setTimeout(log, 5, "5 ms")
for _, delay in ipairs({ "0x1p9", "inf", "x", true, "-5" }) do
  timers.setTimeout(log, delay, "1 ms", tostring(delay))
end

t.run()
