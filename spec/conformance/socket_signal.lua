-- The option signal: abort destroys the socket with an AbortError.
local t = require("prelude")
local net, log, listen, props, later = t.net, t.log, t.listen, t.props, t.later

local controller = t.AbortController()
listen("tcp", {}, function(socket) socket:resume() end, function(to, server)
  local socket = net.connect({ port = to.port, host = to.host, signal = controller.signal })
  socket:on("connect", function()
    log("connect")
    later(function()
      controller:abort()
      log(props(socket, "destroyed"))
    end, 20)
  end)
  socket:on("error", function(e) log("error", e.name, e.code, e.message) end)
  socket:on("close", function(hadError)
    log("close", hadError)
    server:close()
  end)
end)

t.run()
