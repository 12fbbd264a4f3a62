-- An echo server: lnet echo_server.lua [port [host]]
local net = require("lnet")

local port = tonumber(arg[1] or 8124)
local host = arg[2]

local server = net.createServer(function(c)
  print("client connected")
  c:on("end", function() print("client disconnected") end)
  c:on("error", function(err) print("client lost: " .. err.message) end)
  c:write("hello\r\n")
  c:pipe(c)
end)

server:listen(port, host, function()
  local bound = server:address()
  print(("listening on %s %d"):format(bound.address, bound.port))
end)

net.run()
