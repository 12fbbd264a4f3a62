-- Several processes, as a user sees them: lnet.ipc and lnet.cluster. Each program runs in a process
-- of its own, which forks itself.
local child = require("spec.support.child")

-- Runs a program that is parent (or primary) and child in one file; returns what it printed.
local function run(source)
  local result = child.program(source):wait()
  assert.equal("", result.err)
  assert.equal(0, result.code)
  return result.out
end

describe("lnet.ipc", function()
  it("forks a process: 'spawn', 'message', 'disconnect', 'exit', 'close', in this order", function()
    assert.equal("spawn\nmessage hi\ndisconnect\nexit 7 nil\nclose 7 nil\nfalse\n", run([[
      local ipc = require("lnet.ipc")
      if ipc.parent then
        ipc.parent:on("message", function(text)
          ipc.parent:send(text)
          ipc.parent:on("disconnect", function() os.exit(7, true) end)
        end)
        require("lnet").run()
      else
        local process = ipc.fork(arg[0])
        process:on("spawn", function() print("spawn") end)
        process:on("message", function(text)
          print("message", text)
          process:disconnect()
        end)
        process:on("disconnect", function() print("disconnect") end)
        process:on("exit", function(...) print("exit", ...) end)
        process:on("close", function(...) print("close", ...) end)
        process:send("hi")
        print(require("lnet").run())
      end
    ]]):gsub("\t", " "))
  end)

  it("sends every value of the contract so that it arrives equal", function()
    assert.equal("equal\n", run([[
      local ipc = require("lnet.ipc")
      local function equal(a, b)
        if type(a) ~= "table" then return a == b and math.type(a) == math.type(b) end
        if type(b) ~= "table" then return false end
        for k, v in pairs(a) do if not equal(v, b[k]) then return false end end
        for k in pairs(b) do if a[k] == nil then return false end end
        return true
      end
      local message = {
        1, 1.0, -0.5, math.maxinteger, math.mininteger, math.huge, 2^53 + 0.0, true, false, "",
        "\0\255\n", ("x"):rep(100000), { { {} } }, [1.5] = "float key", key = { list = { 1, 2 } },
        [true] = "boolean key",
      }
      if ipc.parent then
        ipc.parent:on("message", function(m)
          ipc.parent:send(m)
          ipc.parent:disconnect()
        end)
        require("lnet").run()
      else
        local process = ipc.fork(arg[0])
        process:on("message", function(m) print(equal(message, m) and "equal" or "different") end)
        process:send(message)
        require("lnet").run()
      end
    ]]))
  end)

  it("delivers a flood of 10,000 messages whole and in order", function()
    assert.equal("10000 in order\n", run([[
      local ipc = require("lnet.ipc")
      if ipc.parent then
        for i = 1, 10000 do ipc.parent:send({ i, ("x"):rep(i % 300) }) end
        ipc.parent:disconnect()
        require("lnet").run()
      else
        local count, good = 0, true
        local process = ipc.fork(arg[0])
        process:on("message", function(m)
          count = count + 1
          good = good and m[1] == count and #m[2] == count % 300
        end)
        process:on("close", function() print(count .. (good and " in order" or " wrong")) end)
        require("lnet").run()
      end
    ]]))
  end)

  for _, where in ipairs({ "tcp", "unix" }) do
    it("hands over a paused connection (" .. where .. ") without losing a byte", function()
      assert.equal("first second third\n", run(([[
        local net, ipc = require("lnet"), require("lnet.ipc")
        if ipc.parent then
          ipc.parent:on("message", function(_, socket)
            socket:pipe(socket)
            socket:on("close", function() ipc.parent:disconnect() end)
          end)
          net.run()
        else
          local process = ipc.fork(arg[0])
          local path = os.tmpname()
          os.remove(path)
          local server = net.createServer({ pauseOnConnect = true }, function(socket)
            require("lnet.timers").setTimeout(function() process:send("take", socket) end, 50)
          end)
          server:listen("%s" == "tcp" and { port = 0, host = "127.0.0.1" } or path)
          server:on("listening", function()
            local address = server:address()
            local client = net.connect(address.port and { port = address.port, host = "127.0.0.1" }
              or { path = address })
            local received = ""
            client:write("first ")
            client:write("second ", function() client:write("third") end)
            client:setEncoding("utf8"):on("data", function(text)
              received = received .. text
              if #received == 18 then client:finish() end
            end)
            client:on("close", function()
              print(received)
              server:close()
            end)
          end)
          net.run()
        end
      ]]):format(where)))
    end)
  end

  it("ends a child whose parent is killed", function()
    assert.equal("gone\n", run([[
      local ipc, timers = require("lnet.ipc"), require("lnet.timers")
      local net = require("lnet")
      if arg[1] == "grandchild" then
        net.createServer():listen(0) -- would keep it for ever
        ipc.parent:on("disconnect", function() os.exit(0) end)
        net.run()
      elseif ipc.parent then
        local process = ipc.fork(arg[0], { "grandchild" })
        ipc.parent:send(process.pid)
        net.run()
      else
        local process = ipc.fork(arg[0])
        process:on("message", function(pid)
          process:kill("SIGKILL")
          local tries = 0
          local poll
          poll = timers.setInterval(function()
            tries = tries + 1
            local stat = io.open("/proc/" .. pid .. "/stat")
            local state = stat and stat:read("a"):match("%) (%a)")
            if stat then stat:close() end
            if not state or state == "Z" then print("gone") end
            if not state or state == "Z" or tries > 500 then poll:close() end
          end, 10)
        end)
        net.run()
      end
    ]]))
  end)
end)

describe("lnet.cluster", function()
  it("lets workers share a port, and connections reach every worker", function()
    assert.equal("2 workers, 64 connections\n", run([[
      local net, cluster = require("lnet"), require("lnet.cluster")
      if cluster.isWorker then
        net.createServer(function(socket) socket:finish(tostring(cluster.worker.id)) end)
          :listen(0, "127.0.0.1")
      else
        local listening, seen, total = 0, {}, 0
        cluster:on("listening", function(_, address)
          listening = listening + 1
          if listening < 2 then return end
          for _ = 1, 64 do
            local client = net.connect(address.port, "127.0.0.1")
            client:on("data", function(id) seen[id] = true end)
            client:on("close", function()
              total = total + 1
              if total < 64 then return end
              local workers = 0
              for _ in pairs(seen) do workers = workers + 1 end
              print(workers .. " workers, " .. total .. " connections")
              cluster.disconnect()
            end)
          end
        end)
        cluster.fork()
        cluster.fork()
      end
      net.run()
    ]]))
  end)

  it("survives SIGKILL of a worker: the other's connections stay, it is replaced", function()
    assert.equal("exit SIGKILL\nthe old connection answers\nthe new worker answers\n", run([[
      local net, cluster = require("lnet"), require("lnet.cluster")
      if cluster.isWorker then
        net.createServer(function(socket)
          socket:write(tostring(cluster.worker.id))
          socket:pipe(socket)
        end):listen(0, "127.0.0.1")
      else
        local port, old, listening = nil, nil, 0
        local function connect(ondata)
          local client = net.connect(port, "127.0.0.1")
          client:setEncoding("utf8")
          client:on("error", function() end)
          client:on("data", function(text) ondata(client, text) end)
          return client
        end
        local function killTheOther(client, id)
          if old then return end
          old = client
          for each, worker in pairs(cluster.workers) do
            if tostring(each) ~= id then worker:kill("SIGKILL") end
          end
        end
        local function untilNew(client, id)
          client:destroy()
          if id ~= "3" then return connect(untilNew) end
          print("the new worker answers")
          old:destroy()
          cluster.disconnect()
        end
        cluster:on("exit", function(_, _, signal)
          if not signal then return end
          print("exit " .. signal)
          old:removeAllListeners("data")
          old:on("data", function()
            print("the old connection answers")
            cluster.fork()
          end)
          old:write("still there?")
        end)
        cluster:on("listening", function(_, address)
          listening, port = listening + 1, address.port
          if listening == 2 then connect(killTheOther) end
          if listening == 3 then connect(untilNew) end
        end)
        cluster.fork()
        cluster.fork()
      end
      net.run()
    ]]))
  end)

  it("does not share with exclusive = true: the second worker gets EADDRINUSE", function()
    assert.equal("listening\nEADDRINUSE\n", run([[
      local net, cluster = require("lnet"), require("lnet.cluster")
      if cluster.isWorker then
        local server = net.createServer()
        server:on("error", function(err) cluster.worker:send(err.code) end)
        cluster.worker:on("message", function(port)
          server:listen({ port = port, host = "127.0.0.1", exclusive = true }, function()
            cluster.worker:send(server:address().port)
          end)
        end)
      else
        local first, second = cluster.fork(), cluster.fork()
        first:on("message", function(port)
          print("listening")
          second:send(port)
        end)
        second:on("message", function(code)
          print(code)
          first:kill() -- as in node, what it listens on alone outlives a disconnect
          second:kill()
        end)
        first:on("online", function() first:send(0) end)
      end
      net.run()
    ]]))
  end)
end)
