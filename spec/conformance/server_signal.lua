-- The option signal of listen(): abort closes the server.
local t = require("prelude")
local net, log, watch, raises, later = t.net, t.log, t.watch, t.raises, t.later

local now = t.AbortController()
now:abort()
local aborted = watch(log, net.createServer(), "listening close error")
aborted:listen({ port = 0, signal = now.signal })
log("listening", aborted.listening)
aborted:on("close", function()
  local controller = t.AbortController()
  local server = watch(log, net.createServer(), "listening close error")
  server:listen({ port = 0, host = "127.0.0.1", signal = controller.signal }, function()
    later(function()
      controller:abort()
      log("aborted", server.listening)
    end, 20)
  end)
end)
raises("not a signal", function() net.createServer():listen({ port = 0, signal = "x" }) end)

t.run()
