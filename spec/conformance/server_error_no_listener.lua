-- 'error' without a listener ends the loop by raising the error; the rest goes on.
local t = require("prelude")
local net, log, later, newPath = t.net, t.log, t.later, t.newPath

local path = newPath()
t.touch(path)
local server = net.createServer()
server:listen(path)
later(function() log("the loop went on", server.listening) end, 20)

t.run()
