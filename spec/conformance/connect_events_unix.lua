-- A path: no lookup.
local t = require("prelude")
local net, log, listen, watch = t.net, t.log, t.listen, t.watch

local events = "lookup connectionAttempt connect ready end finish close error"
listen("unix", {}, function(socket) socket:finish() end, function(to, server)
  local socket = watch(log, net.Socket(), events)
  socket:connect(to.path)
  socket:resume()
  socket:on("close", function() server:close() end)
end)

t.run()
