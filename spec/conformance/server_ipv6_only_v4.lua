-- ipv6Only is about "::" and means nothing with an IPv4 address.
local t = require("prelude")
local net, log, each = t.net, t.log, t.each

each({ "127.0.0.1", "localhost", "0.0.0.0" }, function(host, next)
  local four = net.createServer(function(socket) socket:destroy() end)
  four:on("error", function(e)
    log(host, e)
    next()
  end)
  four:listen({ port = 0, host = host, ipv6Only = true }, function()
    local address = four:address()
    log(host, address.address, address.family)
    net.connect(address.port, "127.0.0.1"):on("close", function()
      log("IPv4 connected")
      four:close(function() next() end)
    end):resume()
  end)
end)

t.run()
