--- A port that the workers of a cluster share.
local child = require("spec.support.child")
local cluster = require("lnet.cluster")
local processes = require("spec.support.processes")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local within = require("spec.support.within")
local workers = require("spec.support.workers")

local SECONDS = workers.SECONDS
local fork, connect, ask, stop = workers.fork, workers.connect, workers.ask, workers.stop

describe("a port of workers", function()
  after_each(within.clean)
  after_each(processes.clean)
  after_each(function() cluster:removeAllListeners() end)

  it("is one, and connections reach every worker", function()
    local list, port = workers.start(4, workers.LISTENS)
    local counts = {}
    for _ = 1, 40 do
      local id = ask(port)
      counts[id] = (counts[id] or 0) + 1
    end
    for _, worker in ipairs(list) do assert.equal(10, counts[tostring(worker.id)]) end
    stop()
  end)

  it("serves many connections at once, each by one worker", function()
    local _, port = workers.start(3, workers.LISTENS)
    local answers, open = {}, 0
    for i = 1, 300 do
      local socket, text = connect(port), ""
      open = open + 1
      socket:on("data", function(bytes) text = text .. bytes end)
      socket:on("close", function()
        open = open - 1
        answers[i] = text
      end)
      socket:write("end")
    end
    within.reached(SECONDS, function() return open == 0 end)
    assert.equal(300, #answers)
    for _, answer in ipairs(answers) do assert.matches("^%d+$", answer) end
    stop()
  end)

  it("is the same for the first listen(0) of each, another for the second", function()
    local got = {}
    cluster:on("message", function(_, ports) got[#got + 1] = ports end)
    local source = [[
      local ports = {}
      local function listen(then_)
        local server
        server = net.createServer():listen(0, "127.0.0.1", function()
          ports[#ports + 1] = server:address().port
          then_()
        end)
      end
      listen(function() listen(function() require("lnet.cluster").worker:send(ports) end) end)
    ]]
    fork(source)
    fork(source)
    within.reached(SECONDS, function() return #got == 2 end)
    assert.same(got[1], got[2])
    assert.not_equal(got[1][1], got[1][2])
    stop()
  end)

  it("may be a path, which is gone with the last worker", function()
    local path = temp.path()
    local listens = ("net.createServer(answer):listen(%q)"):format(path)
    local list = workers.start(2, workers.ANSWERS .. listens)
    local seen = {}
    for _ = 1, 6 do seen[ask(path)] = true end
    for _, worker in ipairs(list) do assert.is_true(seen[tostring(worker.id)]) end
    stop()
    assert.is_false(temp.exists(path))
  end)

  it("has no host: all addresses; the worker is told which", function()
    local worker = fork([[
      local server
      server = net.createServer():listen(0, function()
        require("lnet.cluster").worker:send({ server:address(), server.listening })
      end)
    ]])
    local message = processes.message(worker.process)
    assert.is_true(message[2])
    assert.is_true(message[1].address == "::" or message[1].address == "0.0.0.0")
    stop()
  end)

  it("loses a worker by SIGKILL, and no connection of the others", function()
    local list, port = workers.start(3, workers.LISTENS)
    local sockets, byId = {}, {}
    for _ = 1, 9 do
      local id, socket = ask(port, "stay")
      sockets[#sockets + 1] = { id = id, socket = socket }
      byId[id] = (byId[id] or 0) + 1
    end
    for _, worker in ipairs(list) do assert.equal(3, byId[tostring(worker.id)]) end
    local victim = list[2]
    local exited
    cluster:on("exit", function(worker, code, signal) exited = { worker, code, signal } end)
    victim.process:kill("SIGKILL")
    for _ = 1, 20 do -- before it is noticed, and after
      local id = ask(port)
      assert.matches("^%d+$", id)
      assert.not_equal(tostring(victim.id), id)
    end
    within.reached(SECONDS, function() return exited ~= nil end)
    assert.equal(victim, exited[1])
    assert.equal("SIGKILL", exited[3])
    assert.is_false(victim.exitedAfterDisconnect)
    local alive = 0
    for _, entry in ipairs(sockets) do
      local answered = false
      entry.socket:once("data", function(bytes) answered = bytes == entry.id end)
      if entry.id ~= tostring(victim.id) then
        entry.socket:write("stay")
        within.reached(SECONDS, function() return answered end)
        alive = alive + 1
      end
      entry.socket:destroy()
    end
    assert.equal(6, alive)
    stop()
  end)

  it("is served again by a worker that 'exit' has started", function()
    local list, port = workers.start(2, workers.LISTENS)
    local replaced
    cluster:once("exit", function()
      local worker = fork(workers.LISTENS)
      worker:on("listening", function(address)
        replaced = worker
        assert.equal(port, address.port)
      end)
    end)
    list[1]:kill("SIGKILL")
    within.reached(SECONDS, function() return replaced ~= nil end)
    local seen = {}
    for _ = 1, 10 do seen[ask(port)] = true end
    assert.same({ [tostring(list[2].id)] = true, [tostring(replaced.id)] = true }, seen)
    stop()
  end)

  it("drains when a worker is told to stop: its connections end first", function()
    local list, port = workers.start(2, workers.LISTENS)
    local id, socket = ask(port, "stay")
    local worker = tostring(list[1].id) == id and list[1] or list[2]
    worker:disconnect()
    for _ = 1, 6 do assert.not_equal(id, (ask(port))) end -- goes on with the other
    assert.is_false(worker:isDead())
    local text, closed = "", false
    socket:on("data", function(bytes) text = text .. bytes end)
    socket:on("close", function() closed = true end)
    socket:write("stay")
    within.reached(SECONDS, function() return text == id end)
    socket:write("end")
    within.reached(SECONDS, function() return closed end)
    assert.equal(id .. id, text)
    processes.closed(worker.process)
    assert.equal(0, worker.process.exitCode)
    assert.is_true(worker.exitedAfterDisconnect)
    stop()
  end)

  it("drains when a worker stops by itself", function()
    local list, port = workers.start(1, workers.ANSWERS .. [[
      net.createServer(function(socket)
        answer(socket)
        cluster.worker:disconnect()
      end):listen(0, "127.0.0.1")
    ]])
    local id, socket = ask(port, "stay")
    assert.equal(tostring(list[1].id), id)
    assert.is_true(list[1].process.exitCode == nil)
    socket:write("end")
    processes.closed(list[1].process)
    assert.equal(0, list[1].process.exitCode)
    assert.is_true(list[1].exitedAfterDisconnect)
    within(SECONDS)
  end)

  it("is closed when the last worker closes its server", function()
    local list, port = workers.start(2, workers.ANSWERS .. [[
      local server = net.createServer(answer):listen(0, "127.0.0.1")
      cluster.worker:on("message", function()
        server:close(function() cluster.worker:send("closed") end)
      end)
    ]])
    list[1]:send("close")
    processes.message(list[1].process)
    for _ = 1, 4 do assert.equal(tostring(list[2].id), (ask(port))) end
    list[2]:send("close")
    processes.message(list[2].process)
    local refused
    local socket = connect(port)
    socket:on("error", function(err) refused = err.code end)
    within.reached(SECONDS, function() return refused ~= nil end)
    assert.equal("ECONNREFUSED", refused)
    stop()
  end)

  it("that is another's is EADDRINUSE in the worker: 'bind', with the address", function()
    local server, port = serve.tcp()
    local worker = fork(([[
      local server = net.createServer():listen(%d, "127.0.0.1")
      server:on("error", function(err)
        require("lnet.cluster").worker:send({ tostring(err), err.code, err.syscall, err.address,
          err.port, err.errno < 0, server.listening })
      end)
    ]]):format(port))
    assert.same({
      ("Error: bind EADDRINUSE 127.0.0.1:%d"):format(port), "EADDRINUSE", "bind", "127.0.0.1", port,
      true, false,
    }, (processes.message(worker.process)))
    server:close()
    stop()
  end)

  it("is taken again by a retry, once it is free", function()
    local server, port = serve.tcp()
    local worker = fork(([[
      local cluster = require("lnet.cluster")
      local server = net.createServer()
      server:on("error", function(err)
        cluster.worker:send(err.code)
        cluster.worker:once("message", function() server:listen(%d, "127.0.0.1") end)
      end)
      server:listen(%d, "127.0.0.1", function() cluster.worker:send("listening") end)
    ]]):format(port, port))
    assert.equal("EADDRINUSE", (processes.message(worker.process)))
    server:close()
    within.reached(SECONDS, function() return not server.listening end)
    worker:send("again")
    assert.equal("listening", (processes.message(worker.process)))
    stop()
  end)

  it("is not shared with exclusive = true: EADDRINUSE for the second", function()
    local messages = {}
    cluster:on("message", function(_, message) messages[#messages + 1] = message end)
    local source = [[
      local cluster = require("lnet.cluster")
      local server = net.createServer()
      server:on("listening", function() cluster.worker:send(server:address().port) end)
      server:on("error", function(err) cluster.worker:send(tostring(err)) end)
      server:listen({ port = tonumber((...)), host = "127.0.0.1", exclusive = true })
    ]]
    local path = processes.script(source)
    cluster.setupPrimary({ exec = path, args = { "0" } })
    local first = cluster.fork()
    processes.keep(first.process)
    within.reached(SECONDS, function() return #messages == 1 end)
    cluster.setupPrimary({ args = { tostring(messages[1]) } })
    local second = cluster.fork()
    processes.keep(second.process)
    within.reached(SECONDS, function() return #messages == 2 end)
    assert.equal(("Error: listen EADDRINUSE: address already in use 127.0.0.1:%d")
      :format(messages[1]), messages[2])
    first:kill()
    second:kill()
    within(SECONDS)
  end)

  it("keeps to the server's own options: pauseOnConnect, maxConnections", function()
    local list, port = workers.start(1, [[
      local cluster = require("lnet.cluster")
      local server = net.createServer({ pauseOnConnect = true, allowHalfOpen = true })
      server.maxConnections = 1
      server:on("connection", function(socket)
        cluster.worker:send({ socket:isPaused(), socket.allowHalfOpen, socket.server == server })
        cluster.worker:once("message", function()
          socket:on("data", function(bytes) socket:finish(bytes) end)
          socket:resume()
        end)
      end)
      server:on("drop", function(what) cluster.worker:send(what.remoteAddress) end)
      server:listen(0, "127.0.0.1")
    ]])
    local first = connect(port)
    local text = ""
    first:on("data", function(bytes) text = text .. bytes end)
    first:write("kept")
    assert.same({ true, true, true }, (processes.message(list[1].process)))
    local second = connect(port)
    second:resume()
    assert.equal("127.0.0.1", (processes.message(list[1].process)))
    within.reached(SECONDS, function() return second.destroyed end)
    list[1]:send("resume")
    within.reached(SECONDS, function() return text ~= "" end)
    assert.equal("kept", text)
    first:finish()
    stop()
  end)

  -- One connection in each worker; that of the second ends. The first has the next turn.
  local function answersOfTheNext(drops)
    local _, port = workers.start(2, ([[
      local cluster = require("lnet.cluster")
      local server = net.createServer(function(socket)
        socket:write("w" .. cluster.worker.id)
        socket:on("data", function() socket:finish() end)
        socket:on("close", function() cluster.worker:send("closed", function() end) end)
      end)
      server.maxConnections, server.dropMaxConnection = 1, %s
      server:on("drop", function() cluster.worker:send("dropped") end)
      server:listen(0, "127.0.0.1")
    ]]):format(drops))
    local dropped, closed = 0, 0
    cluster:on("message", function(_, what)
      if what == "closed" then closed = closed + 1 else dropped = dropped + 1 end
    end)
    local function greeted()
      local socket, text, over = connect(port), "", false
      socket:on("data", function(bytes) text = text .. bytes end)
      socket:on("close", function() over = true end)
      within.reached(SECONDS, function() return text ~= "" or over end)
      return text, socket
    end
    local first, one = greeted()
    local second, two = greeted()
    two:write("end")
    within.reached(SECONDS, function() return two.destroyed and closed == 1 end)
    local again, three = greeted()
    within.reached(SECONDS, function() return again ~= "" or dropped > 0 end)
    assert.is_true(first ~= second)
    one:destroy()
    three:destroy()
    stop()
    return dropped, again == second and "second" or again
  end

  it("passes on to another worker what is over maxConnections", function()
    local dropped, by = answersOfTheNext("false")
    assert.equal("second", by)
    assert.equal(0, dropped)
  end)

  it("with dropMaxConnection, drops what is over maxConnections", function()
    local dropped, by = answersOfTheNext("true")
    assert.equal("", by)
    assert.equal(1, dropped)
  end)

  it("loses no byte that was sent before a worker had the connection", function()
    local _, port = workers.start(2, [[
      net.createServer(function(socket) socket:pipe(socket) end):listen(0, "127.0.0.1")
    ]])
    local pattern = require("spec.support.pattern")
    local size, open = 1 << 20, 0
    for _ = 1, 4 do
      local socket, check = connect(port), pattern.check()
      open = open + 1
      socket:on("data", check.add)
      socket:on("close", function()
        open = open - 1
        assert.same({ size, nil }, { check.length, check.wrongAt })
      end)
      socket:finish(pattern.bytes(0, size))
    end
    within.reached(SECONDS, function() return open == 0 end)
    stop()
  end)

  for _, policy in ipairs({ "SCHED_RR", "SCHED_NONE" }) do
    it("is served whoever accepts: cluster." .. policy, function()
      local program = temp.file(([[
        local net, cluster = require("lnet"), require("lnet.cluster")
        if cluster.isWorker then
          net.createServer(function(socket) socket:finish("x") socket:resume() end):listen(0)
          return net.run()
        end
        local listening, served = 0, 0
        local function hit(port)
          net.connect(port):on("data", function() served = served + 1 end):on("close", function()
            if served < 50 then return hit(port) end
            print(served)
            cluster.disconnect(function() print("over") end)
          end)
        end
        cluster:on("listening", function(_, address)
          listening = listening + 1
          if listening == 2 then hit(address.port) end
        end)
        cluster.schedulingPolicy = cluster.%s
        cluster.fork()
        cluster.fork()
        net.run()
      ]]):format(policy))
      local result = child.lua(program):wait()
      assert.equal("50\nover\n", result.out)
      assert.equal("", result.err)
      assert.equal(0, result.code)
    end)
  end
end)
