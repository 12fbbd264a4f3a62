-- family 4 and 6, as numbers and names, and 0.
local t = require("prelude")
local net, log, each = t.net, t.log, t.each

local server = net.createServer(function(socket) socket:finish() end)
server:listen(0, function()
  each({ 4, "IPv4", 0 }, function(family, next)
    local socket = net.Socket()
    socket:on("connect", function() log(family, "connect", socket.remoteFamily) end)
    socket:on("error", function(e) log(family, "error", e.code) end)
    socket:resume()
    socket:on("close", function()
      if family == 0 then
        server:close()
      else
        next()
      end
    end)
    socket:connect({ port = server:address().port, host = "localhost", family = family })
  end)
end)

t.run()
