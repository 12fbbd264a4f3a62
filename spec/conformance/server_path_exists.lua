-- A file that is there already, a server's or not, is in the way.
local t = require("prelude")
local net, log, newPath = t.net, t.log, t.newPath

local path = newPath()
t.touch(path)
local server = net.createServer()
server:on("error", function(e)
  log(e)
  log("the file stays", t.exists(path), server.listening)
end)
server:on("listening", function() log("never") end)
server:listen(path)

t.run()
