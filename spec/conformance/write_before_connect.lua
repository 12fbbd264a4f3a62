-- A write on a socket that was never connected.
local t = require("prelude")
local net, log, watch, props, nextTick = t.net, t.log, t.watch, t.props, t.nextTick

local socket = watch(log, net.Socket(), "connect finish end close error")
nextTick(function() log("tick before") end)
log("write", socket:write("x", function(e) log("callback", e) end))
log("write", socket:write("y", function(e) log("callback 2", e) end))
nextTick(function() log("tick after") end)
log(props(socket, "destroyed errored writableLength bytesWritten"))

t.run()
