-- close() while the host is being looked up: the server never listens.
local t = require("prelude")
local net, log, watch, setImmediate = t.net, t.log, t.watch, t.setImmediate

local server = net.createServer()
watch(log, server, "listening close error")
server:listen(0, "127.0.0.1")
log("listening", server.listening)
server:close(function(e) log("callback", e) end)
setImmediate(function()
  log("later", server.listening)
  server:listen(0, "127.0.0.1", function()
    log("open after all")
    server:close()
  end)
end)

t.run()
