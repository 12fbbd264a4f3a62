-- destroy() and a second error in 'error'.
local t = require("prelude")
local net, log, watch, newPath = t.net, t.log, t.watch, t.newPath

local path = newPath()
local socket = watch(log, net.Socket(), "close")
socket:on("error", function(e)
  log("error", e.code)
  socket:destroy(t.error("second"))
  log(socket.errored == e, socket.destroyed)
end)
socket:connect(path)

t.run()
