-- ipv6Only leaves IPv4 to others.
local t = require("prelude")
local net, log, tape = t.net, t.log, t.tape

local far = tape("far")
local server = net.createServer(function(socket)
  far("connection", socket.remoteFamily)
  socket:finish()
  socket:resume()
end)
server:listen({ port = 0, host = "::", ipv6Only = true }, function()
  local port = server:address().port
  local four = net.connect(port, "127.0.0.1")
  four:on("error", function(e)
    log("IPv4", e.code)
    local six = net.connect(port, "::1")
    six:on("connect", function() log("IPv6 connected") end)
    six:resume()
    six:on("close", function() server:close(function() log("closed") end) end)
  end)
end)

t.run()
