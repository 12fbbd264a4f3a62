-- A timeout that is set before connecting counts from connect().
local t = require("prelude")
local net, log, pair, setTimeout = t.net, t.log, t.pair, t.setTimeout

local socket = net.Socket()
log(socket.timeout)
socket:setTimeout(40, function() log("timeout before connect()") end)
log(socket.timeout)
setTimeout(function()
  pair("tcp", nil, function(near, far)
    near:destroy()
    far:destroy()
  end)
end, 80)

t.run()
