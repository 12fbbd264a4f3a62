local cluster = require("lnet.cluster")
local net = require("lnet")
local processes = require("spec.support.processes")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local workers = require("spec.support.workers")
local keep = within.keep

local SECONDS = workers.SECONDS
local fork, ask, stop = workers.fork, workers.ask, workers.stop

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
    worker = fork(workers.LISTENS)
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

describe("a worker", function()
  after_each(within.clean)
  after_each(processes.clean)
  after_each(function() cluster:removeAllListeners() end)

  for _, signal in ipairs({ "SIGTERM", "SIGKILL" }) do
    it("ends when its primary dies by " .. signal .. ", and its port is free", function()
      local inner = processes.script(workers.LISTENS .. [[ timers.setInterval(print, 1e6) ]])
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
    local worker = fork(workers.LISTENS .. [[
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
      local list, port = workers.start(2, workers.LISTENS)
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
    local list, port = workers.start(2, workers.LISTENS .. [[
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
