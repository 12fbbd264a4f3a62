-- listen() on an open server raises, and the server stays as it is.
local t = require("prelude")
local net, log, watch, raises, says = t.net, t.log, t.watch, t.raises, t.says

local server = net.createServer()
watch(log, server, "listening close error")
server:listen(0)
raises("right away", function() server:listen(0) end)
says("with a path", function() server:listen("x") end)
server:on("listening", function()
  raises("in listening", function() server:listen(0, function() log("never") end) end)
  log("listening", server.listening)
  server:close()
  log("listeners", server:listenerCount("listening"))
end)

t.run()
