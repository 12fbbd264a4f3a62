-- A timeout does not keep the program.
local t = require("prelude")
local net, log, setTimeout = t.net, t.log, t.setTimeout

local socket = net.Socket()
socket:setTimeout(5000, function() log("never") end)
setTimeout(function() log("over") end, 20)

t.run()
