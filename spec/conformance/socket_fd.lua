-- A socket on a descriptor: standard input, which run.lua makes a pipe.
local t = require("prelude")
local net, log, props = t.net, t.log, t.props

local socket = net.Socket({ fd = 0, readable = true, writable = false })
log(props(socket, "readable writable pending connecting readyState"))
local chunks = {}
socket:on("data", function(data) table.insert(chunks, data) end)
socket:on("end", function() log("end", t.join(chunks), socket.bytesRead) end)
socket:on("close", function(hadError) log("close", hadError) end)

t.run()
