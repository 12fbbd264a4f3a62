-- The option timeout is setTimeout() before connecting.
local t = require("prelude")
local net, log, listen, watch = t.net, t.log, t.listen, t.watch

listen("tcp", {}, function(socket) socket:resume() end, function(to, server)
  local socket = net.connect({ port = to.port, host = to.host, timeout = 200 })
  log("timeout", socket.timeout)
  watch(log, socket, "connect timeout end close")
  socket:on("timeout", function()
    socket:finish()
    server:close()
  end)
  socket:resume()
  server:on("close", function() log("server close") end)
end)

t.run()
