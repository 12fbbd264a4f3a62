-- A server that was never used.
local t = require("prelude")
local net, log, props = t.net, t.log, t.props

local server = net.createServer()
log(props(server, "listening maxConnections allowHalfOpen pauseOnConnect"))
log("address", server:address())
local other = net.Server({ allowHalfOpen = true, pauseOnConnect = true })
log(props(other, "listening allowHalfOpen pauseOnConnect"))
log("called without new", net.Server().listening, net.Server({}).allowHalfOpen)
log("listeners", net.createServer(function() log("never") end):listenerCount("connection"))
log("with options", net.createServer({}, function() log("never") end):listenerCount("connection"))
log("ref", server:ref() == server, "unref", server:unref() == server)
log("own field", server.mine)
server.mine = "kept"
log("own field", server.mine)

t.run()
