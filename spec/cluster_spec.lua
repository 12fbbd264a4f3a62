local child = require("spec.support.child")
local cluster = require("lnet.cluster")
local net = require("lnet")
local processes = require("spec.support.processes")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local SECONDS = 15 -- starting Lua takes a moment; more is a hang

-- A worker that answers each connection with its id, once it was asked; "stay" keeps it open.
local ANSWERS = [[
  local cluster = require("lnet.cluster")
  local id = tostring(cluster.worker.id)
  local function answer(socket)
    socket:on("data", function(word)
      if word == "stay" then socket:write(id) else socket:finish(id) end
    end)
    socket:on("error", function() end)
  end
]]

local LISTENS = ANSWERS .. [[
  net.createServer(answer):listen(0, "127.0.0.1")
]]

-- The worker that cluster.fork starts for this text.
local function fork(source, env)
  cluster.setupPrimary({ exec = processes.script(source), args = {} })
  local worker = cluster.fork(env)
  processes.keep(worker.process)
  return worker
end

-- Workers that listen, and the port of the first.
local function workers(count, source)
  local list, port, listening = {}, nil, 0
  for i = 1, count do
    list[i] = fork(source)
    list[i]:on("listening", function(address)
      port = port or address.port or address.address
      listening = listening + 1
    end)
  end
  within.reached(SECONDS, function() return listening == count end)
  return list, port
end

local function connect(at)
  local target = type(at) == "string" and { path = at } or { port = at, host = "127.0.0.1" }
  local socket = keep(net.connect(target))
  socket:on("error", function() end)
  return socket
end

-- What a new connection gets for a word; the connection, too.
local function ask(at, word)
  local socket, text, over = connect(at), "", false
  socket:on("data", function(bytes) text = text .. bytes end)
  socket:on("close", function() over = true end)
  socket:write(word or "end")
  within.reached(SECONDS, function() return over or (word == "stay" and text ~= "") end)
  return text, socket
end

-- Has all workers end.
local function stop()
  local called = 0
  cluster.disconnect(function() called = called + 1 end)
  within(SECONDS)
  assert.equal(1, called)
  assert.same({}, cluster.workers)
end

describe("cluster", function()
  after_each(within.clean)
  after_each(processes.clean)
  after_each(function() cluster:removeAllListeners() end)

  it("is the primary's here", function()
    assert.is_true(cluster.isPrimary)
    assert.is_false(cluster.isWorker)
    assert.is_nil(cluster.worker)
    assert.same({}, cluster.workers)
  end)

  it("emits 'fork', 'online', 'listening', 'disconnect' and 'exit', with the worker", function()
    local names = { "fork", "online", "listening", "disconnect", "exit" }
    local events, own = trace.new(), trace.new()
    local worker, address, code
    events:watch(cluster, names)
    cluster:on("listening", function(who, at)
      assert.equal(worker, who)
      address = at
    end)
    cluster:on("exit", function(who, value)
      assert.equal(worker, who)
      code = value
    end)
    worker = fork(LISTENS)
    own:watch(worker, names)
    assert.equal(worker, cluster.workers[worker.id])
    assert.is_nil(worker.exitedAfterDisconnect)
    within.reached(SECONDS, function() return address ~= nil end)
    assert.same({ addressType = 4, address = "127.0.0.1", port = address.port }, address)
    assert.is_true(worker:isConnected())
    assert.is_false(worker:isDead())
    assert.equal(worker, worker:disconnect())
    processes.closed(worker.process)
    assert.same(names, events.list)
    assert.same({ "online", "listening", "disconnect", "exit" }, own.list)
    assert.equal(0, code)
    assert.is_true(worker.exitedAfterDisconnect)
    assert.is_false(worker:isConnected())
    assert.is_true(worker:isDead())
    assert.is_nil(cluster.workers[worker.id])
  end)

  it("gives a worker its environment, its arguments, its id, and no variable of ours", function()
    cluster.setupPrimary({
      exec = processes.script([[
        local cluster = require("lnet.cluster")
        cluster.worker:send({ cluster.isWorker, cluster.isPrimary, cluster.worker.id,
          os.getenv("LNET_SPEC_WORD") or "none", os.getenv("LNET_WORKER_ID") or "none", ... })
      ]]),
      args = { "one", "two" },
    })
    local worker = cluster:fork({ LNET_SPEC_WORD = "given" })
    processes.keep(worker.process)
    local got
    cluster:on("message", function(who, message)
      assert.equal(worker, who)
      got = message
    end)
    within.reached(SECONDS, function() return got ~= nil end)
    assert.same({ true, false, worker.id, "given", "none", "one", "two" }, got)
    stop()
  end)

  it("passes messages both ways, with a handle", function()
    local worker = fork([[
      local cluster = require("lnet.cluster")
      cluster.worker:on("message", function(message, socket)
        socket:finish(message)
        socket:resume()
        cluster.worker:send(message)
      end)
    ]])
    local server, port = serve.tcp({ pauseOnConnect = true }, function(socket)
      worker:send("handed over", socket)
    end)
    assert.equal("handed over", (ask(port)))
    server:close()
    stop()
  end)

  it("is not one with what the worker starts", function()
    local inner = processes.script([[ print(require("lnet.cluster").isPrimary, ipc.parent) ]])
    local worker = fork(([[
      local pipe = io.popen(%q)
      require("lnet.cluster").worker:send(pipe:read("a"))
    ]]):format("lua5.4 " .. inner))
    assert.equal("true\tnil\n", (processes.message(worker.process)))
    stop()
  end)

  it("has a worker know its id whatever it loads first", function()
    for _, name in ipairs({ "lnet", "lnet.ipc", "lnet.timers", "lnet.cluster", "lnet.core" }) do
      cluster.setupPrimary({ exec = temp.file(([[
        require(%q)
        local cluster = require("lnet.cluster")
        cluster.worker:send(cluster.worker.id)
        require("lnet").run()
      ]]):format(name)), args = {} })
      local worker = cluster.fork()
      processes.keep(worker.process)
      assert.equal(worker.id, (processes.message(worker.process)))
    end
    stop()
  end)

  it("works for a worker that only loads lnet", function()
    local path = temp.file([[
      local net = require("lnet")
      net.createServer(function(socket) socket:finish("plain") socket:resume() end):listen(0)
      net.run()
    ]])
    cluster.setupPrimary({ exec = path, args = {} })
    local list, port = {}, nil
    cluster:on("listening", function(worker, address)
      list[#list + 1], port = worker, port or address.port
      assert.equal(port, address.port)
    end)
    for _ = 1, 2 do processes.keep(cluster.fork().process) end
    within.reached(SECONDS, function() return #list == 2 end)
    assert.equal("plain", (ask(port)))
    stop()
  end)

  it("calls back disconnect() with no workers, too", function()
    stop()
  end)
end)

describe("a port of workers", function()
  after_each(within.clean)
  after_each(processes.clean)
  after_each(function() cluster:removeAllListeners() end)

  it("is one, and connections reach every worker", function()
    local list, port = workers(4, LISTENS)
    local counts = {}
    for _ = 1, 40 do
      local id = ask(port)
      counts[id] = (counts[id] or 0) + 1
    end
    for _, worker in ipairs(list) do assert.equal(10, counts[tostring(worker.id)]) end
    stop()
  end)

  it("serves many connections at once, each by one worker", function()
    local _, port = workers(3, LISTENS)
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
    local list = workers(2, ANSWERS .. ("net.createServer(answer):listen(%q)"):format(path))
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
    local list, port = workers(3, LISTENS)
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
    local list, port = workers(2, LISTENS)
    local replaced
    cluster:once("exit", function()
      local worker = fork(LISTENS)
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
    local list, port = workers(2, LISTENS)
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
    local list, port = workers(1, ANSWERS .. [[
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
    local list, port = workers(2, ANSWERS .. [[
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
    local list, port = workers(1, [[
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
    local _, port = workers(2, ([[
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
    local _, port = workers(2, [[
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

describe("a worker", function()
  after_each(within.clean)
  after_each(processes.clean)
  after_each(function() cluster:removeAllListeners() end)

  for _, signal in ipairs({ "SIGTERM", "SIGKILL" }) do
    it("ends when its primary dies by " .. signal .. ", and its port is free", function()
      local inner = processes.script(LISTENS .. [[ timers.setInterval(print, 1e6) ]])
      local primary = processes.fork(([[
        local cluster = require("lnet.cluster")
        cluster.setupPrimary({ exec = %q, args = {} })
        local worker = cluster.fork()
        worker:on("listening", function(address)
          parent:send({ worker.process.pid, address.port })
        end)
      ]]):format(inner))
      local message = processes.message(primary)
      local pid, port = message[1], message[2]
      assert.matches("^%d+$", (ask(port)))
      primary:kill(signal)
      processes.closed(primary)
      local poll = require("lnet.timers").setInterval(function() end, 5)
      within.reached(SECONDS, function() return not processes.runs(pid) end)
      poll:close()
      local server = keep(net.createServer())
      server:listen(port, "127.0.0.1")
      within.reached(SECONDS, function() return server.listening end)
      server:close()
      within(SECONDS)
    end)
  end

  it("ends by kill() of its own, at once", function()
    local worker = fork(LISTENS .. [[
      timers.setInterval(print, 1e6)
      cluster.worker:on("message", function() cluster.worker:kill() end)
    ]])
    worker:on("listening", function() worker:send("kill") end)
    processes.closed(worker.process)
    assert.equal(0, worker.process.exitCode)
    assert.is_true(worker.exitedAfterDisconnect)
    within(SECONDS)
  end)

  it("leaves no descriptor behind in the primary", function()
    local function round()
      local list, port = workers(2, LISTENS)
      for _ = 1, 10 do ask(port) end
      list[1].process:kill("SIGKILL")
      for _ = 1, 10 do ask(port) end
      processes.closed(list[1].process)
      stop()
    end
    round()
    local before = processes.descriptors()
    round()
    round()
    assert.equal(before, processes.descriptors())
  end)

  it("has no more descriptors after many connections than before", function()
    local list, port = workers(2, LISTENS .. [[
      local lfs = require("lfs")
      cluster.worker:on("message", function()
        local count = 0
        for name in lfs.dir("/proc/self/fd") do
          if name:find("^%d") then count = count + 1 end
        end
        cluster.worker:send(count)
      end)
    ]])
    local function counts()
      local both = {}
      for i, worker in ipairs(list) do
        worker:send("count")
        both[i] = processes.message(worker.process)
      end
      return both
    end
    for _ = 1, 4 do ask(port) end
    local before, own = counts(), processes.descriptors()
    for _ = 1, 40 do ask(port) end
    assert.same(before, counts())
    assert.equal(own, processes.descriptors())
    stop()
  end)
end)
