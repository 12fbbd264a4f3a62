-- An echo server on a Unix socket and its client, in one program: lnet unix_echo.lua [path]
local net = require("lnet")

local path = arg[1] or "/tmp/echo.sock"

local server = net.createServer(function(c) c:pipe(c) end)

server:listen(path, function()
  print("listening on " .. server:address())

  local client = net.createConnection({ path = path }, function() print("connected to server!") end)
  client:on("data", function(bytes)
    io.write(bytes)
    client:finish()
  end)
  client:on("close", function()
    print("disconnected from server")
    server:close()
  end)
  client:write("hello over a path\n")
end)

net.run()
