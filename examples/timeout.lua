-- Ends a connection on which nothing happens: lnet timeout.lua [milliseconds]
local net = require("lnet")

local milliseconds = tonumber(arg[1] or 3000)

local server = net.createServer(function(socket)
  socket:setTimeout(milliseconds)
  socket:on("timeout", function()
    print("socket timeout")
    socket:finish()
  end)
end)

server:listen(0, "127.0.0.1", function()
  local client = net.connect(server:address().port, "127.0.0.1")
  client:resume()
  client:on("close", function()
    print("closed")
    server:close()
  end)
end)

net.run()
