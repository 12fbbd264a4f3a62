-- finish() on a socket that was never connected.
local t = require("prelude")
local net, log, watch, props, later = t.net, t.log, t.watch, t.props, t.later

local socket = net.Socket()
watch(log, socket, "finish end close error connect")
socket:finish(function(e) log("callback", e) end)
log(props(socket, "writable writableEnded writableFinished destroyed"))
later(function()
  log(props(socket, "writable writableEnded writableFinished destroyed"))
  socket:destroy()
end, 20)

t.run()
