-- What the options of a new socket refuse.
local t = require("prelude")
local net, raises, says = t.net, t.raises, t.says

raises("objectMode", function() return net.Socket({ objectMode = true }) end)
raises("readableObjectMode", function() return net.Socket({ readableObjectMode = true }) end)
raises("writableObjectMode", function() return net.Socket({ writableObjectMode = true }) end)
raises("keepAliveInitialDelay", function() return net.Socket({ keepAliveInitialDelay = "x" }) end)
raises("negative delay", function() return net.Socket({ keepAliveInitialDelay = -5 }) end)
raises("highWaterMark", function() return net.Socket({ highWaterMark = "x" }) end)
raises("highWaterMark negative", function() return net.Socket({ highWaterMark = -1 }) end)
raises("highWaterMark fraction", function() return net.Socket({ highWaterMark = 1.5 }) end)
raises("readableHighWaterMark", function() return net.Socket({ readableHighWaterMark = -1 }) end)
raises("fd text", function() return net.Socket({ fd = "x" }) end)
raises("fd negative", function() return net.Socket({ fd = -1 }) end)
raises("fd fraction", function() return net.Socket({ fd = 1.5 }) end)
raises("fd unknown", function() return net.Socket({ fd = 9999 }) end)
raises("timeout", function() net.connect({ port = 1, timeout = "x" }) end)
raises("timeout negative", function() net.connect({ port = 1, timeout = -1 }) end)
says("fd unknown", function() return net.Socket({ fd = 9999 }) end)

t.run()
