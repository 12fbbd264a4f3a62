-- A signal that was aborted before: the socket never connects; a signal must be one.
local t = require("prelude")
local net, log, props, raises = t.net, t.log, t.props, t.raises

local controller = t.AbortController()
controller:abort()
local socket = net.Socket({ signal = controller.signal })
socket:on("error", function(e) log("error", e.name, e.code, e.message) end)
socket:on("close", function() log("close") end)
log(props(controller.signal, "aborted"))
raises("text", function() return net.Socket({ signal = "x" }) end)
raises("table", function() return net.Socket({ signal = {} }) end)

t.run()
