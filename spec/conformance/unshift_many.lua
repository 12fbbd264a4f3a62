-- unshift() again and again, in an encoding, with the stream's own; setEncoding() of what is text.
local t = require("prelude")
local log, net = t.log, t.net

for _, count in ipairs({ 2, 3, 20 }) do
  local s = net.Socket()
  for i = 0, count - 1 do s:unshift(tostring(i)) end
  log(count, s.readableLength, s:read(1), s:read())
end
for _, case in ipairs({
  { "hex", "ab", "utf8" },
  { "hex", "6162", "hex" },
  { "utf8", "6162", "hex" },
  { "base64", "ab", "latin1" },
  { "latin1", "6162", "hex" },
  { "utf8", "e9", "hex" },
}) do
  local own, text, encoding = table.unpack(case)
  local s = net.Socket()
  s:setEncoding(own)
  s:unshift(text, encoding)
  log(own, encoding, s:read())
end
local pairsOf = { { "hex", "hex" }, { "utf8", "hex" }, { "hex", "utf8" }, { "base64", "latin1" } }
for _, case in ipairs(pairsOf) do
  local before, after = table.unpack(case)
  local s = net.Socket()
  s:setEncoding(before)
  s:unshift("ab", "latin1")
  s:unshift("cd", "latin1")
  s:setEncoding(after)
  log(before, after, s.readableLength, s:read())
end
do
  local s = net.Socket()
  log("end", s:emit("end"))
  local f = function() end
  s:on("removeListener", function(name, listener) log("removed", name, listener == f) end)
  s:once("end", f)
  s:emit("end")
  s:once("end", f)
  s:removeListener("end", f)
end
do
  local s = net.Socket()
  s:removeAllListeners("end")
  log("end", s:emit("end"))
end

t.run()
