-- A name: lookup with its arguments, then the attempts, connect, ready.
local t = require("prelude")
local net, log, listen, watch = t.net, t.log, t.listen, t.watch

local events = "lookup connectionAttempt connect ready end finish close error"
listen("tcp", {}, function(socket) socket:finish() end, function(to, server)
  local socket = watch(log, net.Socket(), events)
  socket:connect({ port = to.port, host = "localhost", family = 4 })
  socket:resume()
  socket:on("close", function() server:close() end)
end)

t.run()
