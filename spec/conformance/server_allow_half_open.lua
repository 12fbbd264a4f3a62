-- allowHalfOpen of the server is that of its sockets; it is read at each connection.
local t = require("prelude")
local net, log, later = t.net, t.log, t.later

local server = net.createServer({ allowHalfOpen = true })
local count = 0
server:on("connection", function(socket)
  count = count + 1
  log(count, socket.allowHalfOpen, socket.server == server)
  socket:on("end", function()
    log(count, "end", socket.writable)
    socket:finish()
  end)
  socket:resume()
  server.allowHalfOpen = false
end)
local function connect(next)
  local near = net.connect(server:address().port, "127.0.0.1")
  near:finish()
  near:resume()
  near:on("close", function() later(next, 20) end)
end
server:listen(0, "127.0.0.1", function()
  connect(function() connect(function() server:close() end) end)
end)

t.run()
