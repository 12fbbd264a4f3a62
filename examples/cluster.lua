-- A server of several processes on one port: lnet cluster.lua [port [workers]]
-- A worker that dies is replaced. "stop" on a connection makes all of them stop gracefully.
local net = require("lnet")
local cluster = require("lnet.cluster")

local port = tonumber(arg[1] or 8124)
local count = tonumber(arg[2] or 4)

local function serve()
  local worker = cluster.worker
  local server = net.createServer(function(c)
    c:write("worker " .. worker.id .. "\r\n")
    c:on("error", function(err) print("client lost: " .. err.message) end)
    c:on("data", function(bytes)
      if bytes:find("^die") then os.exit(1) end
      if bytes:find("^stop") then worker:send("stop") end
      c:write(bytes)
    end)
  end)
  server:listen(port, "127.0.0.1")
end

local function lead()
  cluster.setupPrimary({ args = { tostring(port) } })
  cluster:on("listening", function(worker, address)
    print(("worker %d listens on port %d"):format(worker.id, address.port))
    port = address.port
  end)
  cluster:on("exit", function(worker, code, signal)
    print(("worker %d is gone: %s"):format(worker.id, signal or code))
    if not worker.exitedAfterDisconnect then cluster.fork() end
  end)
  cluster:on("message", function()
    cluster.disconnect(function() print("all have stopped") end)
  end)
  for _ = 1, count do cluster.fork() end
end

if cluster.isWorker then
  serve()
else
  lead()
end
net.run()
