-- A host that cannot be found: 'error' of the lookup.
local t = require("prelude")
local net, log, watch = t.net, t.log, t.watch

local server = watch(log, net.createServer(), "listening close")
server:on("error", function(e)
  log("error", e, e.hostname)
  log(server.listening)
end)
server:listen(0, "no such name")
log(server.listening)

t.run()
