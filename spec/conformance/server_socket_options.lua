-- noDelay, keepAlive and highWaterMark of a server are for its sockets.
local t = require("prelude")
local net, log, props = t.net, t.log, t.props

local server = net.createServer({
  noDelay = true,
  keepAlive = true,
  keepAliveInitialDelay = 5000,
  highWaterMark = 1000,
})
server:on("connection", function(socket)
  log(props(socket, "readableHighWaterMark writableHighWaterMark"))
  local port = tostring(server:address().port)
  log(t.shell("ss -Htno state established sport = :" .. port .. " | grep -o keepalive"))
  socket:finish()
  socket:resume()
  server:close()
end)
server:listen(0, "127.0.0.1", function()
  local near = net.connect(server:address())
  near:resume()
end)

t.run()
