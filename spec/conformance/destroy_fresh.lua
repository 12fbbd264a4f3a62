-- destroy() on a socket that was never connected: 'close' without an argument.
local t = require("prelude")
local net, log, watch, props, nextTick = t.net, t.log, t.watch, t.props, t.nextTick

local socket = net.Socket()
watch(log, socket, "close error end finish")
socket:destroy()
log(props(socket, "destroyed closed readyState"))
nextTick(function() log("tick") end)
local other = net.Socket()
watch(function(...) log("other", ...) end, other, "close error end finish")
other:destroy(t.error("boom"))

t.run()
