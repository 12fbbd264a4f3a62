-- A name in Linux' abstract name space: who hears of the connection first, and of a refusal.
local t = require("prelude")
local net, log, watch, newPath = t.net, t.log, t.watch, t.newPath
local timers = require("lnet.timers")

local events = "lookup connectionAttempt connect ready end finish close error"
local name = "\0lnet-" .. newPath()
local server
server = net.createServer(function(socket)
  log("connection")
  socket:finish()
end)
server:listen(name, function()
  log("listening")
  local socket = watch(log, net.Socket(), events)
  socket:connect(name, function() log("connect's callback") end)
  socket:resume()
  net.nextTick(function() log("tick", socket.connecting) end)
  timers.setImmediate(function() log("immediate", socket.connecting) end)
  socket:on("close", function()
    server:close(function()
      local late = watch(log, net.connect(name), "connect error close")
      timers.setImmediate(function() log("immediate", late.connecting) end)
    end)
  end)
end)

t.run()
