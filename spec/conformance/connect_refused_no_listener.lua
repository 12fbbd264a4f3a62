-- Without a listener of 'error' it ends the loop, and 'close' still comes.
local t = require("prelude")
local net, log, later, newPath = t.net, t.log, t.later, t.newPath

local path = newPath()
local socket = net.connect(path)
socket:on("close", function(hadError) log("close", hadError) end)
later(function() log("later", socket.destroyed) end, 20)

t.run()
