-- A server that hands each connection to another process: lnet pass_connection.lua [port]
-- pauseOnConnect keeps this process from reading, so the other gets every byte.
local net = require("lnet")
local ipc = require("lnet.ipc")

if ipc.parent then
  ipc.parent:on("message", function(message, c)
    c:on("error", function(err) print("client lost: " .. err.message) end)
    c:write(message .. "\r\n")
    c:pipe(c)
    c:on("close", function() ipc.parent:disconnect() end) -- one connection is this process's task
  end)
else
  local port = tonumber(arg[1] or 8124)
  local child = ipc.fork(arg[0])
  child:on("exit", function(code) print("child ended with " .. code) end)

  local server = net.createServer({ pauseOnConnect = true })
  server:on("connection", function(c)
    child:send("hello from the child", c)
    server:close(function() print("server closed") end) -- once the child's connection has ended
  end)
  server:listen(port, "127.0.0.1", function()
    print(("listening on port %d"):format(server:address().port))
  end)
end

net.run()
