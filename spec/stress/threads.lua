--- What each thread of threads.c runs in a state of its own: many small echoes and some large ones.
-- Half of the states are closed with connections open.
local net = require("lnet")
local timers = require("lnet.timers")

local CLIENTS, BYTES = 20, 1000000
local path = os.tmpname()
os.remove(path)

local done, called = 0, 0
local function client(target)
  local socket = net.connect(target)
  local got = 0
  socket:on("data", function(bytes)
    got = got + #bytes
    if got == BYTES + 100 then
      done = done + 1
      if done % 2 == 0 then socket:finish() end
      if done == 2 * CLIENTS then net.stop() end
    end
  end)
  for _ = 1, 100 do
    socket:write("x", function(err) called = called + (err and 0 or 1) end)
  end
  socket:write(("y"):rep(BYTES), function(err) called = called + (err and 0 or 1) end)
end

local function serve(socket)
  socket:pipe(socket)
end

local tcp, unix = net.createServer(serve), net.createServer(serve)
tcp:listen(0, "localhost", function()
  for _ = 1, CLIENTS do client({ port = tcp:address().port, host = "localhost" }) end
end)
unix:listen(path, function()
  for _ = 1, CLIENTS do client({ path = path }) end
end)
timers.setTimeout(function() error("no echo within 60 s: " .. done) end, 60000):unref()
net.run()
os.remove(path)
assert(done == 2 * CLIENTS, done .. " echoes")
assert(called == 2 * CLIENTS * 101, called .. " calls")
