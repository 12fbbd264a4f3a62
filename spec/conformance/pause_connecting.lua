-- pause() and resume() before and while connecting.
local t = require("prelude")
local net, log, listen, watch, props, later = t.net, t.log, t.listen, t.watch, t.props, t.later

listen("tcp", {}, function(socket) socket:finish("hello") end, function(to, server)
  local socket = net.Socket()
  watch(log, socket, "connect data end close pause resume")
  log(socket:isPaused(), socket.readableFlowing)
  socket:pause()
  log(socket:isPaused(), socket.readableFlowing)
  socket:connect(to)
  later(function()
    log("later", socket:isPaused(), props(socket, "readableLength bytesRead"))
    socket:resume()
  end, 40)
  socket:on("close", function() server:close() end)
end)

t.run()
