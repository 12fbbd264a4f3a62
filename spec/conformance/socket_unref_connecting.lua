-- unref() before connect() counts once connected.
local t = require("prelude")
local net, log, listen = t.net, t.log, t.listen

listen("tcp", {}, function(socket)
  log("connection")
  socket:unref()
  socket.server:close()
end, function(to)
  local socket = net.Socket()
  socket:unref()
  socket:connect(to)
  socket:on("close", function() log("never") end)
end)

t.run()
