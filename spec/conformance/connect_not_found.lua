-- A name that cannot be found: ENOTFOUND with its host name; lookup tells it too.
local t = require("prelude")
local net, log, props = t.net, t.log, t.props

local socket = net.Socket()
socket:on("lookup", function(e, address, family, host)
  log("lookup", e.code, address, family, host)
end)
socket:on("error", function(e) log("error", e, e.hostname) end)
socket:on("close", function(hadError)
  log("close", hadError, props(socket, "destroyed connecting"))
end)
socket:connect({ port = 80, host = "no such name" })

t.run()
