-- What createServer, Server and listen refuse: name and code.
local t = require("prelude")
local net, log, raises = t.net, t.log, t.raises

raises("text", function() net.createServer("x") end)
raises("true", function() net.createServer(true) end)
raises("number", function() return net.Server(7) end)
raises("keepAliveInitialDelay", function() net.createServer({ keepAliveInitialDelay = "1" }) end)
raises("highWaterMark", function() net.createServer({ highWaterMark = "1" }) end)
raises("fine", function() net.createServer({ highWaterMark = -1, keepAliveInitialDelay = -1 }) end)

local function refuse(label, options)
  local server = net.createServer()
  raises(label, function() server:listen(options) end)
  log(label, "listening", server.listening)
end
refuse("empty options", {})
refuse("port 65536", { port = 65536 })
refuse("port -1", { port = -1 })
refuse("port 1.5", { port = 1.5 })
refuse("port text", { port = "x" })
refuse("port spaces", { port = " " })
refuse("port true", { port = true })
refuse("port table", { port = {} })
refuse("path number", { path = 3 })
refuse("path empty", { path = "" })
refuse("only host", { host = "127.0.0.1" })
refuse("65536", 65536)
refuse("-1", -1)
refuse("true", true)
refuse("fd", { fd = -1 })
refuse("fd text", { fd = "x" })

t.run()
