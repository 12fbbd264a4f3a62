-- Raised in 'connection', 'connect', 'close': sockets and servers end in order.
local t = require("prelude")
local net = t.net

local server
server = net.createServer(function(socket)
  socket:finish()
  socket:resume()
  socket:on("close", function() server:close() end)
  error(t.error("in connection"), 0)
end)
server:on("close", function()
  error(t.error("in close"), 0)
end)
server:listen(0, "127.0.0.1", function()
  local socket = net.connect(server:address().port, "127.0.0.1")
  socket:resume()
end)

t.run()
