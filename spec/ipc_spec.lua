local child = require("spec.support.child")
local ipc = require("lnet.ipc")
local lfs = require("lfs")
local net = require("lnet")
local pattern = require("spec.support.pattern")
local processes = require("spec.support.processes")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local fork, keep = processes.fork, within.keep

local SECONDS = 15 -- starting Lua takes a moment; more is a hang
local EVENTS = { "spawn", "message", "disconnect", "exit", "close" }

-- Sends back each message.
local ECHO = [[ parent:on("message", function(message) parent:send(message) end) ]]

-- Collects what comes on a socket; `ended` once the other side has finished.
local function collect(socket)
  local got = { pieces = {}, ended = false, closed = false }
  socket:on("data", function(bytes) got.pieces[#got.pieces + 1] = bytes end)
  socket:on("end", function() got.ended = true end)
  socket:on("close", function() got.closed = true end)
  function got.text() return table.concat(got.pieces) end
  return got
end

local function connect(at)
  local target = type(at) == "string" and { path = at } or { port = at, host = "127.0.0.1" }
  return keep(net.connect(target))
end

local function closed(socket)
  return function() return socket.destroyed end
end

describe("ipc.fork", function()
  after_each(within.clean)
  after_each(processes.clean)

  it("emits 'spawn', 'message', 'disconnect', 'exit' and 'close', in this order", function()
    local events = trace.new()
    local subprocess = fork([[ parent:send("here"); parent:disconnect() ]])
    events:watch(subprocess, EVENTS)
    assert.is_true(subprocess.connected)
    assert.equal("number", type(subprocess.pid))
    processes.closed(subprocess)
    assert.same(EVENTS, events.list)
    assert.is_false(subprocess.connected)
    assert.equal(0, subprocess.exitCode)
    assert.is_nil(subprocess.signalCode)
  end)

  it("emits no event inside the call", function()
    local events = trace.new()
    events:watch(fork(""), EVENTS)
    assert.same({}, events.list)
    within(SECONDS)
    assert.equal(1, events:count("close"))
  end)

  it("tells how the process ended: its exit code", function()
    local subprocess = fork("os.exit(7)")
    local code, signal
    subprocess:on("exit", function(...) code, signal = ... end)
    processes.closed(subprocess)
    assert.equal(7, code)
    assert.is_nil(signal)
    assert.equal(7, subprocess.exitCode)
  end)

  it("tells how the process ended: the signal", function()
    local subprocess = fork("timers.setInterval(print, 1e6)")
    local code, signal
    subprocess:on("close", function(...) code, signal = ... end)
    assert.is_true(subprocess:kill("SIGKILL"))
    assert.is_true(subprocess.killed)
    processes.closed(subprocess)
    assert.is_nil(code)
    assert.equal("SIGKILL", signal)
    assert.equal("SIGKILL", subprocess.signalCode)
    assert.is_false(subprocess:kill())
  end)

  it("gives the script its arguments", function()
    local subprocess = fork([[ parent:send({ ... }) ]], { "one", "two words", 3, "" })
    assert.same({ "one", "two words", "3", "" }, (processes.message(subprocess)))
    processes.closed(subprocess)
  end)

  it("takes options in place of arguments", function()
    local subprocess = fork([[ parent:send(os.getenv("LNET_SPEC_WORD") or "none") ]], {
      env = { LNET_SPEC_WORD = "given", LUA_PATH_5_4 = package.path, LUA_CPATH_5_4 = package.cpath,
        LD_PRELOAD = os.getenv("LD_PRELOAD") },
    })
    assert.equal("given", (processes.message(subprocess)))
    processes.closed(subprocess)
  end)

  it("replaces the environment by `env`, and else hands it on", function()
    local source = [[ parent:send({ os.getenv("HOME") or "none", os.getenv("PATH") or "none" }) ]]
    local env = {
      HOME = "/elsewhere", LUA_PATH_5_4 = package.path, LUA_CPATH_5_4 = package.cpath,
      LD_PRELOAD = os.getenv("LD_PRELOAD"),
    }
    assert.same({ "/elsewhere", "none" }, (processes.message(fork(source, {}, { env = env }))))
    assert.same({ os.getenv("HOME") or "none", os.getenv("PATH") },
      (processes.message(fork(source))))
    within(SECONDS)
  end)

  it("starts it in the directory `cwd`", function()
    local name = temp.path()
    assert(lfs.mkdir(name))
    local absolute = lfs.currentdir()
    local function full(path)
      return (path:gsub("([^;]+)", function(part)
        return part:sub(1, 1) == "." and absolute .. "/" .. part or part
      end))
    end
    local variables = require("lnet.core").environment()
    variables.LUA_PATH_5_4, variables.LUA_CPATH_5_4 = full(package.path), full(package.cpath)
    local subprocess = fork([[ io.open("mark", "w"):close() ]], {}, { cwd = name, env = variables })
    processes.closed(subprocess)
    assert.is_true(temp.exists(name .. "/mark"))
    os.remove(name .. "/mark")
    lfs.rmdir(name)
  end)

  it("runs the interpreter of this process, with `execArgv` before the script", function()
    local subprocess = fork([[ parent:send({ arg[-1], WORD or "none" }) ]], {}, {
      execArgv = { "-e", "WORD = 'set'" },
    })
    assert.same({ "WORD = 'set'", "set" }, (processes.message(subprocess)))
    processes.closed(subprocess)
  end)

  it("does not hand on the code that this process was started with", function()
    local subprocess = fork([[ parent:send(arg[-2] or "none") ]])
    assert.equal("none", (processes.message(subprocess))) -- busted's -e is not in it
    processes.closed(subprocess)
  end)

  it("has a child of bin/lnet run by bin/lnet", function()
    local program = temp.file([[
      local ipc = require("lnet.ipc")
      if ipc.parent then
        ipc.parent:send("no net.run in sight")
      else
        ipc.fork(arg[0]):on("message", function(message) print(message) end)
      end
    ]])
    local result = child.lua("bin/lnet " .. program):wait()
    assert.equal("no net.run in sight\n", result.out)
    assert.equal("", result.err)
    assert.equal(0, result.code)
  end)

  it("gives it this process's output, or none with stdio 'ignore'", function()
    local inner = processes.script([[ io.stdout:write("out ") io.stderr:write("err ") ]])
    local function run(stdio)
      local program = temp.file(([[
        local net, ipc = require("lnet"), require("lnet.ipc")
        ipc.fork(%q, {}, { stdio = %s })
        net.run()
      ]]):format(inner, stdio))
      local result = child.lua(program):wait()
      return result.out .. result.err
    end
    assert.equal("out err ", run("nil"))
    assert.equal("out err ", run("'inherit'"))
    assert.equal("", run("'ignore'"))
    assert.equal("err ", run("{ 'inherit', 'ignore', 'inherit' }"))
  end)

  it("emits 'error', then 'close', when there is no such interpreter", function()
    local events = trace.new()
    local subprocess = processes.keep(ipc.fork("x.lua", {}, { execPath = "/nonexistent/lua" }))
    events:watch(subprocess, { "spawn", "exit", "close" })
    local err
    subprocess:on("error", function(value)
      err = value
      events:add("error")
    end)
    processes.closed(subprocess)
    within(SECONDS)
    assert.same({ "error", "close" }, events.list)
    assert.equal("Error: spawn /nonexistent/lua ENOENT", tostring(err))
    assert.equal("ENOENT", err.code)
    assert.equal("spawn /nonexistent/lua", err.syscall)
    assert.equal("/nonexistent/lua", err.path)
    assert.same({ "x.lua" }, err.spawnargs)
    assert.is_nil(subprocess.pid)
  end)

  it("raises for wrong arguments at the caller's line, and starts nothing", function()
    local before = processes.descriptors()
    local wrong = {
      { "ERR_INVALID_ARG_TYPE" }, { "ERR_INVALID_ARG_TYPE", 5 },
      { "ERR_INVALID_ARG_VALUE", "a\0b" },
      { "ERR_INVALID_ARG_TYPE", "x", 5 }, { "ERR_INVALID_ARG_TYPE", "x", {}, 5 },
      { "ERR_INVALID_ARG_VALUE", "x", { "a\0" } }, { "ERR_INVALID_ARG_TYPE", "x", { {} } },
      { "ERR_INVALID_ARG_VALUE", "x", {}, { stdio = "foo" } },
      { "ERR_INVALID_ARG_VALUE", "x", {}, { stdio = { "foo" } } },
      { "ERR_INVALID_ARG_TYPE", "x", {}, { cwd = 5 } },
      { "ERR_INVALID_ARG_TYPE", "x", {}, { env = 5 } },
      { "ERR_INVALID_ARG_TYPE", "x", {}, { execPath = 5 } },
      { "ERR_INVALID_ARG_TYPE", "x", {}, { execArgv = 5 } },
      { "ERR_INVALID_ARG_VALUE", "x", {}, { env = { A = "\0" } } },
    }
    for _, case in ipairs(wrong) do
      local ok, err = pcall(ipc.fork, case[2], case[3], case[4])
      assert.is_false(ok)
      assert.equal(case[1], err.code)
      assert.matches("ipc_spec.lua:", err.stack, 1, true)
    end
    assert.equal(before, processes.descriptors())
  end)

  it("kills with names and numbers, and raises for what is no signal", function()
    local subprocess = fork("timers.setInterval(print, 1e6)")
    for _, signal in ipairs({ "FOO", 500, {}, true }) do
      local ok, err = pcall(subprocess.kill, subprocess, signal)
      assert.is_false(ok)
      assert.equal("ERR_UNKNOWN_SIGNAL", err.code)
    end
    assert.is_true(subprocess:kill(0)) -- asks only
    assert.is_nil(subprocess.signalCode)
    assert.is_true(subprocess:kill("sigterm"))
    processes.closed(subprocess)
    assert.equal("SIGTERM", subprocess.signalCode)
  end)

  it("lets net.run return with unref(), once the channel is closed", function()
    local subprocess = fork([[
      parent:on("disconnect", function() end)
      parent:send("up")
      timers.setInterval(print, 1e6)
    ]])
    processes.message(subprocess)
    assert.equal(subprocess, subprocess:unref())
    subprocess:disconnect()
    assert.is_false(within.run(SECONDS))
    assert.is_nil(subprocess.exitCode)
    assert.equal(subprocess, subprocess:ref())
    subprocess:kill("SIGKILL")
    processes.closed(subprocess)
  end)
end)

describe("ipc.parent", function()
  after_each(within.clean)
  after_each(processes.clean)

  it("is there whatever the child loads first, and when it loads it anew", function()
    for _, name in ipairs({ "lnet", "lnet.ipc", "lnet.timers", "lnet.cluster", "lnet.core" }) do
      local subprocess = processes.keep(ipc.fork(temp.file(([[
        require(%q)
        local parent = require("lnet.ipc").parent
        for module in pairs(package.loaded) do
          if module:find("^lnet") then package.loaded[module] = nil end
        end
        require("lnet")
        parent:send({ true, parent == require("lnet.ipc").parent })
        require("lnet").run()
      ]]):format(name))))
      assert.same({ true, true }, (processes.message(subprocess)))
      processes.closed(subprocess)
      assert.equal(0, subprocess.exitCode)
    end
  end)

  it("is nil in a process that was not forked", function()
    assert.is_nil(ipc.parent)
  end)

  it("is nil when the variable names something else", function()
    local program = temp.file([[ print(require("lnet.ipc").parent) ]])
    for _, fd in ipairs({ "0", "77", "x", "-1", "", "1e99" }) do
      local names = "LUA_PATH_5_4=%s LUA_CPATH_5_4=%s LD_PRELOAD=%s LNET_CHANNEL_FD=%s"
      local variables = names:format(child.quote(package.path), child.quote(package.cpath),
        child.quote(os.getenv("LD_PRELOAD") or ""), child.quote(fd))
      local result = child.tool(("env %s lua5.4 %s"):format(variables, program)):wait()
      assert.equal("nil\n", result.out)
      assert.equal("", result.err)
    end
  end)

  it("lets the child end while nobody listens, and keeps it while somebody does", function()
    local quiet = fork([[ io.write("") ]])
    processes.closed(quiet)
    local loud = fork([[ parent:once("message", function() end) parent:send("up") ]])
    processes.message(loud)
    assert.is_nil(loud.exitCode)
    loud:send("the one that it waits for")
    processes.closed(loud)
    assert.equal(0, loud.exitCode)
  end)

  it("tells 'disconnect' on both sides, whoever begins", function()
    local subprocess = fork([[
      parent:on("disconnect", function()
        if not parent.connected then os.exit(5) end
      end)
      parent:send("up")
    ]])
    local disconnects = 0
    subprocess:on("disconnect", function() disconnects = disconnects + 1 end)
    processes.message(subprocess)
    subprocess:disconnect()
    assert.is_false(subprocess.connected)
    assert.equal(0, disconnects)
    processes.closed(subprocess)
    assert.equal(1, disconnects)
    assert.equal(5, subprocess.exitCode)
  end)

  it("is not inherited by what the child starts", function()
    local subprocess = fork([[
      local pipe = io.popen("ls -l /proc/self/fd; echo fd=$LNET_CHANNEL_FD")
      parent:send(pipe:read("a"))
      pipe:close()
    ]])
    local text = processes.message(subprocess)
    assert.matches("\nfd=\n", text)
    assert.not_matches("socket:", text)
    processes.closed(subprocess)
  end)

  for _, signal in ipairs({ "SIGTERM", "SIGKILL" }) do
    it("ends the child when its parent dies by " .. signal, function()
      local inner = processes.script([[
        parent:on("message", function() end)
        parent:send("up")
      ]])
      local outer = fork(([[
        local grandchild = ipc.fork(%q)
        grandchild:on("message", function() parent:send(grandchild.pid) end)
      ]]):format(inner))
      local pid = processes.message(outer)
      assert.is_true(processes.runs(pid))
      outer:kill(signal)
      processes.closed(outer)
      local poll = require("lnet.timers").setInterval(function() end, 5)
      within.reached(SECONDS, function() return not processes.runs(pid) end)
      poll:close()
    end)
  end
end)

describe("a message", function()
  after_each(within.clean)
  after_each(processes.clean)

  it("arrives equal, whatever it is", function()
    local subprocess = fork(ECHO)
    local messages = {
      true, false, 0, -1, 1.5, 2 ^ 53, 3.0, math.mininteger, 1 / 0, -1 / 0, "", "a\0b\255",
      {}, { 1, 2.0, "x", { y = { false } } }, ("long"):rep(100000),
    }
    local got = {}
    subprocess:on("message", function(message) got[#got + 1] = message end)
    for _, message in ipairs(messages) do subprocess:send(message) end
    within.reached(SECONDS, function() return #got == #messages end)
    assert.same(messages, got)
    for i, message in ipairs(messages) do assert.equal(math.type(message), math.type(got[i])) end
    subprocess:disconnect()
    processes.closed(subprocess)
  end)

  it("may be nil, and NaN", function()
    local subprocess = fork([[
      parent:once("message", function(first)
        parent:once("message", function(second)
          parent:send(first == nil and second ~= second)
        end)
      end)
    ]])
    subprocess:send(nil)
    subprocess:send(0 / 0)
    assert.is_true((processes.message(subprocess)))
    processes.closed(subprocess)
  end)

  it("raises at the caller's line when it cannot be sent, and nothing was", function()
    local subprocess = fork(ECHO)
    local cycle = {}
    cycle.cycle = cycle
    local cases = {
      { "ERR_INVALID_ARG_TYPE", print }, { "ERR_INVALID_ARG_TYPE", { 1, { io.stdout } } },
      { "ERR_INVALID_ARG_VALUE", cycle }, { "ERR_INVALID_HANDLE_TYPE", "x", {} },
      { "ERR_INVALID_HANDLE_TYPE", "x", "y" }, { "ERR_INVALID_ARG_TYPE", "x", nil, 5 },
    }
    for _, case in ipairs(cases) do
      local ok, err = pcall(subprocess.send, subprocess, case[2], case[3], case[4])
      assert.is_false(ok)
      assert.equal(case[1], err.code)
      assert.matches("ipc_spec.lua:", err.stack, 1, true)
    end
    subprocess:send("only this")
    assert.equal("only this", (processes.message(subprocess)))
    subprocess:disconnect()
    processes.closed(subprocess)
  end)

  it("comes once and in order, 10000 of them, both ways, each called back once", function()
    local subprocess = fork([[
      local count = 0
      parent:on("message", function(message)
        count = count + 1
        assert(message.n == count and #message.bytes == count % 300, "out of order")
        if count < 10000 then return end
        for i = 1, 10000 do parent:send({ n = i, text = ("x"):rep(i % 100) }) end
        parent:disconnect()
      end)
    ]])
    local calls, count, wrong = 0, 0, 0
    for i = 1, 10000 do
      subprocess:send({ n = i, bytes = ("\0"):rep(i % 300) }, function(err)
        calls = calls + (err == nil and 1 or 0)
      end)
    end
    subprocess:on("message", function(message)
      count = count + 1
      if message.n ~= count or #message.text ~= count % 100 then wrong = wrong + 1 end
    end)
    processes.closed(subprocess)
    assert.same({ 10000, 10000, 0, 0 }, { calls, count, wrong, subprocess.exitCode })
  end)

  it("is not lost when disconnect() follows at once, however long it is", function()
    local name = temp.path()
    local subprocess = fork(([[
      parent:on("message", function(message)
        local file = io.open(%q, "w")
        file:write(#message)
        file:close()
      end)
    ]]):format(name))
    local called = 0
    assert.is_false(subprocess:send(("x"):rep(5000000), function(err)
      called = called + (err == nil and 1 or 0)
    end))
    subprocess:disconnect()
    processes.closed(subprocess)
    assert.equal("5000000", temp.read(name))
    assert.equal(1, called)
  end)

  it("waits for the first listener", function()
    local subprocess = fork([[ for i = 1, 3 do parent:send(i) end ]])
    local got = {}
    subprocess:on("exit", function()
      subprocess:on("message", function(message) got[#got + 1] = message end)
    end)
    processes.closed(subprocess)
    within(SECONDS)
    assert.same({ 1, 2, 3 }, got)
  end)

  it("fails with ERR_IPC_CHANNEL_CLOSED after the end: to the callback, else as 'error'", function()
    local subprocess = fork("")
    processes.closed(subprocess)
    local errors, called = {}, nil
    subprocess:on("error", function(err) errors[#errors + 1] = tostring(err) end)
    assert.is_false(subprocess:send("late", function(err) called = tostring(err) end))
    assert.is_false(subprocess:send("late"))
    assert.same({}, errors)
    within(SECONDS)
    assert.equal("Error [ERR_IPC_CHANNEL_CLOSED]: Channel closed", called)
    assert.same({ called }, errors)
    subprocess:disconnect()
    assert.equal("Error [ERR_IPC_DISCONNECTED]: IPC channel is already disconnected", errors[2])
  end)

  it("whose listener raises ends net.run, and the next ones come in the next", function()
    local subprocess = fork([[
      for i = 1, 5 do parent:send(i) end
    ]])
    local got = {}
    subprocess:on("message", function(message)
      got[#got + 1] = message
      if message == 2 then error("boom") end
    end)
    local ok, err = pcall(net.run)
    assert.is_false(ok)
    assert.matches("boom", err)
    assert.same({ 1, 2 }, got)
    processes.closed(subprocess)
    within(SECONDS)
    assert.same({ 1, 2, 3, 4, 5 }, got)
  end)

  it("may stop the loop: the next ones come when it goes on", function()
    local subprocess = fork([[ for i = 1, 2000 do parent:send(("x"):rep(i)) end ]])
    local count, runs = 0, 0
    subprocess:on("message", function(message)
      count = count + 1
      assert(#message == count)
      if count % 100 == 0 then net.stop() end
    end)
    while net.run() do runs = runs + 1 end
    within(SECONDS)
    assert.equal(2000, count)
    assert.is_true(runs >= 20)
    processes.closed(subprocess)
  end)

  it("that is no lnet's ends the channel with an 'error', not the process", function()
    local rubbish = {
      "\0\0\0\0", "\1\0\0\0\0", "\2\0\0\0\0x", "\3\0\0\0\0nn", "\5\0\0\0\4nnnn", "\2\0\0\0\4n",
      "\6\0\0\0\1\0\0\0\0n", "\255\255\255\127\0rest", "\1\0\0\0\255", ("\0"):rep(10000),
    }
    local env = { PATH = os.getenv("PATH") }
    for _, bytes in ipairs(rubbish) do
      local name = temp.file("cat '" .. temp.file(bytes) .. "' >&3\n")
      local subprocess = processes.keep(ipc.fork(name, {}, {
        execPath = "/bin/sh", execArgv = {}, env = env,
      }))
      local messages, other = 0, 0
      subprocess:on("message", function() messages = messages + 1 end)
      subprocess:on("error", function(err)
        if err.code ~= "EPROTO" and err.code ~= "EPIPE" then other = other + 1 end
      end)
      processes.closed(subprocess)
      assert.is_false(subprocess.connected)
      assert.same({ 0, 0, 0 }, { messages, other, subprocess.exitCode })
    end
  end)
end)

for kind, start in pairs({ TCP = serve.tcp, Unix = serve.unix }) do
  describe("a connection over " .. kind .. " that is passed on", function()
    after_each(within.clean)
    after_each(processes.clean)

    it("loses no byte when it was paused, and is the child's alone", function()
      local size = 4 << 20
      local subprocess = fork([[
        parent:once("message", function(message, socket)
          socket:pipe(socket)
          parent:send(message)
        end)
      ]])
      local passed
      local server, at = start({ pauseOnConnect = true }, function(socket)
        require("lnet.timers").setTimeout(function() -- some bytes are here already
          passed = socket
          subprocess:send("yours", socket)
        end, 50)
      end)
      local client, check = connect(at), pattern.check()
      client:on("data", check.add)
      client:finish(pattern.bytes(0, size))
      within.reached(SECONDS, closed(client))
      assert.same({ size, nil }, { check.length, check.wrongAt })
      assert.equal(0, passed.bytesRead)
      assert.is_nil(passed.fd)
      assert.is_false(passed.destroyed)
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("stays with its message, in order, among others", function()
      local subprocess = fork([[
        local n = 0
        parent:on("message", function(message, socket)
          n = n + 1
          assert(message.n == n and (socket ~= nil) == message.with, "order")
          if socket then socket:finish(tostring(message.id)) socket:resume() end
          if message.last then parent:disconnect() end
        end)
      ]])
      local sent, n, clients = 0, 0, {}
      local count = 30
      local server, at = start({ pauseOnConnect = true }, function(socket)
        socket:once("data", function(id)
          socket:pause()
          n = n + 1
          subprocess:send({ n = n, with = true, id = id }, socket)
          n = n + 1
          sent = sent + 1
          subprocess:send({ n = n, with = false, last = sent == count })
        end)
        socket:resume()
      end)
      for i = 1, count do
        local socket = connect(at)
        clients[i] = collect(socket)
        socket:write(tostring(i))
      end
      within.reached(SECONDS, function()
        for i = 1, count do
          if not clients[i].closed then return false end
        end
        return true
      end)
      for i = 1, count do assert.equal(tostring(i), clients[i].text()) end
      server:close()
      processes.closed(subprocess)
      assert.equal(0, subprocess.exitCode)
      within(SECONDS)
    end)

    it("has sent its FIN if it was finished before it is sent", function()
      local subprocess = fork([[
        local held
        parent:on("message", function(message, socket)
          held = socket or held
          held.allowHalfOpen = true
          if message == "enough" then parent:disconnect() held:destroy() end
        end)
      ]])
      local server, at = start({ allowHalfOpen = true }, function(accepted)
        accepted:resume()
        accepted:once("end", function()
          accepted:finish()
          subprocess:send("yours", accepted)
        end)
      end)
      local client = connect(at)
      local got = collect(client)
      client:finish()
      within.reached(SECONDS, function() return got.ended end)
      subprocess:send("enough")
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("is open in both processes with keepOpen", function()
      local subprocess = fork([[
        parent:once("message", function(_, socket)
          socket:write("child ")
          parent:once("message", function() socket:destroy() end)
          parent:send("written")
        end)
      ]])
      local socket
      local server, at = start({ pauseOnConnect = true }, function(accepted) socket = accepted end)
      local client = connect(at)
      local got = collect(client)
      within.reached(SECONDS, function() return socket ~= nil end)
      subprocess:send("also yours", socket, { keepOpen = true })
      processes.message(subprocess)
      assert.is_truthy(socket.fd)
      socket:resume()
      socket:finish("parent")
      subprocess:send("done")
      within.reached(SECONDS, function() return got.closed end)
      assert.equal("child parent", got.text())
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("is no more there to send: the message goes alone", function()
      local subprocess = fork([[
        local kinds = {}
        parent:on("message", function(message, socket)
          kinds[#kinds + 1] = message .. (socket and "+" or "-")
          if socket then socket:destroy() end
          if #kinds == 3 then parent:send(kinds) parent:disconnect() end
        end)
      ]])
      local server, at = start({ pauseOnConnect = true }, function(socket)
        subprocess:send("first", socket)
        subprocess:send("second", socket)
        subprocess:send("third", keep(net.Socket()))
      end)
      connect(at):resume()
      assert.same({ "first+", "second-", "third-" }, (processes.message(subprocess)))
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("answers ERR_SOCKET_CLOSED to writes here, and can be destroyed", function()
      local subprocess = fork([[
        parent:once("message", function(_, socket)
          socket:finish("x")
          socket:resume()
        end)
      ]])
      local events, socket = trace.new(), nil
      local server, at = start({ pauseOnConnect = true }, function(accepted)
        socket = accepted
        subprocess:send("yours", socket)
        events:watch(socket, { "error", "close", "end", "finish" })
      end)
      local got = collect(connect(at))
      within.reached(SECONDS, function() return got.closed end)
      assert.same({}, events.list)
      assert.is_false(socket:write("late"))
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
      assert.same({ "error", "close" }, events.list)
      assert.equal("ERR_SOCKET_CLOSED", socket.errored.code)
    end)

    it("is counted by its server: getConnections asks, 'close' waits", function()
      local subprocess = fork([[
        local sockets = {}
        parent:on("message", function(message, socket)
          if socket then
            sockets[#sockets + 1] = socket
            parent:send("have " .. #sockets)
          else
            table.remove(sockets):destroy():once("close", function() parent:send("dropped") end)
          end
        end)
      ]])
      local accepted, events = {}, trace.new()
      local server, at = start({ pauseOnConnect = true }, function(socket)
        accepted[#accepted + 1] = socket
      end)
      events:watch(server, { "close" })
      for _ = 1, 3 do connect(at):resume() end
      within.reached(SECONDS, function() return #accepted == 3 end)
      assert.equal(3, server.connections)
      subprocess:send("1", accepted[1])
      assert.is_nil(server.connections)
      processes.message(subprocess)
      subprocess:send("2", accepted[2])
      processes.message(subprocess)
      local function connections()
        local count, failed
        server:getConnections(function(err, value) failed, count = err, value end)
        within.reached(SECONDS, function() return count ~= nil or failed ~= nil end)
        return failed or count
      end
      assert.equal(3, connections())
      accepted[3]:destroy()
      assert.equal(2, connections())
      server:close()
      subprocess:send("drop one")
      processes.message(subprocess)
      assert.equal(1, connections())
      assert.same({}, events.list)
      subprocess:send("drop one")
      processes.message(subprocess)
      within.reached(SECONDS, function() return #events.list > 0 end)
      assert.same({ "close" }, events.list)
      subprocess:disconnect()
      processes.closed(subprocess)
      within(SECONDS)
      assert.same({ "close" }, events.list)
    end)

    it("lets its server close when the child that has it is killed", function()
      local subprocess = fork([[ parent:on("message", function() parent:send("have") end) ]])
      local closes = 0
      local server, at = start({ pauseOnConnect = true }, function(socket)
        subprocess:send("yours", socket)
      end)
      local client = connect(at)
      client:on("error", function() end)
      client:resume()
      processes.message(subprocess)
      server:close(function() closes = closes + 1 end)
      subprocess:kill("SIGKILL")
      processes.closed(subprocess)
      within(SECONDS)
      assert.equal(1, closes)
      local count
      server:getConnections(function(_, value) count = value end)
      within(SECONDS)
      assert.equal(0, count)
    end)

    it("comes back from the child", function()
      local subprocess = fork([[
        parent:on("message", function(message, socket)
          socket:write("child ")
          parent:send(message, socket)
          parent:disconnect()
        end)
      ]])
      local server, at = start({ pauseOnConnect = true }, function(socket)
        subprocess:send("there and back", socket)
      end)
      local got = collect(connect(at))
      local message, socket = processes.message(subprocess)
      assert.equal("there and back", message)
      keep(socket):finish("parent")
      socket:resume()
      within.reached(SECONDS, function() return got.closed end)
      assert.equal("child parent", got.text())
      server:close()
      processes.closed(subprocess)
      within(SECONDS)
    end)
  end)

  describe("a server over " .. kind .. " that is passed on", function()
    after_each(within.clean)
    after_each(processes.clean)

    it("listens in both processes, on one socket", function()
      local subprocess = fork([[
        parent:once("message", function(message, server)
          assert(message == "listen too" and server.listening)
          server:on("connection", function(socket)
            socket:finish("child")
            socket:resume()
          end)
          parent:send(server:address() or false)
          parent:once("message", function()
            server:close()
            parent:disconnect()
          end)
        end)
      ]])
      local server, at = start(function(socket)
        socket:finish("parent")
        socket:resume()
      end)
      subprocess:send("listen too", server)
      local address = processes.message(subprocess)
      if type(at) == "number" then assert.same(server:address(), address) end
      local from = {}
      for i = 1, 200 do
        local got = collect(connect(at))
        net.run("once")
        if i % 2 == 0 then os.execute("sleep 0.05") end -- who accepts while this process sleeps?
        within.reached(SECONDS, function() return got.closed end)
        from[got.text()] = true
        if from.child and from.parent then break end
      end
      assert.same({ child = true, parent = true }, from)
      server:close()
      subprocess:send("end")
      processes.closed(subprocess)
      within(SECONDS)
    end)

    it("goes on in the child when it is closed here", function()
      local subprocess = fork([[
        parent:once("message", function(_, server)
          server:once("connection", function(socket)
            socket:finish("child alone")
            socket:resume()
            server:close()
          end)
          parent:send("ready")
        end)
      ]])
      local server, at = start()
      if type(at) == "string" then os.rename(at, at .. ".kept") end -- close would remove it
      subprocess:send("yours", server)
      processes.message(subprocess)
      server:close()
      local got = collect(connect(type(at) == "string" and at .. ".kept" or at))
      within.reached(SECONDS, function() return got.closed end)
      assert.equal("child alone", got.text())
      processes.closed(subprocess)
      within(SECONDS)
      if type(at) == "string" then os.remove(at .. ".kept") end
    end)
  end)
end

describe("descriptors", function()
  after_each(within.clean)
  after_each(processes.clean)

  -- What `act` leaves open, once all it started has ended.
  local function leaked(act)
    act() -- what is opened once stays
    within(SECONDS)
    local before = processes.descriptors()
    for _ = 1, 3 do
      act()
      within(SECONDS)
    end
    return processes.descriptors() - before
  end

  it("are as many after forks as before", function()
    assert.equal(0, leaked(function()
      processes.closed(fork([[ parent:send("x") parent:disconnect() ]]))
      local killed = fork(ECHO)
      killed:kill("SIGKILL")
      processes.closed(killed)
      local missing = processes.keep(ipc.fork("x", {}, { execPath = "/nonexistent" }))
      missing:on("error", function() end)
      processes.closed(missing)
    end))
  end)

  it("are as many after passing sockets and servers as before, in both processes", function()
    assert.equal(0, leaked(function()
      local subprocess = fork([[
        local lfs = require("lfs")
        local function descriptors()
          local count = 0
          for name in lfs.dir("/proc/self/fd") do
            if name:find("^%d") then count = count + 1 end
          end
          return count
        end
        local before = descriptors()
        parent:on("message", function(message, handle)
          if message == "socket" then handle:destroy() end
          if message == "server" then handle:close() end
          if message == "end" then
            timers.setImmediate(function()
              parent:send(descriptors() - before)
              parent:disconnect()
            end)
          end
        end)
      ]])
      local done = 0
      local server, port = serve.tcp({ pauseOnConnect = true }, function(socket)
        subprocess:send("socket", socket)
        done = done + 1
      end)
      for _ = 1, 20 do connect(port):resume() end
      within.reached(SECONDS, function() return done == 20 end)
      for _ = 1, 20 do subprocess:send("server", server) end
      subprocess:send("end")
      assert.equal(0, (processes.message(subprocess)))
      server:close()
      processes.closed(subprocess)
    end))
  end)

  it("are closed when the child dies before it got what was passed", function()
    assert.equal(0, leaked(function()
      local subprocess = fork([[
        parent:send("up")
        while true do end
      ]])
      processes.message(subprocess)
      local sockets, errors = 0, 0
      local server, port = serve.tcp({ pauseOnConnect = true }, function(socket)
        sockets = sockets + 1
        subprocess:send("never read", socket, function(err)
          if not err then return end
          errors = errors + 1
          socket:destroy() -- it has not left
        end)
      end)
      local clients = {}
      for i = 1, 10 do
        clients[i] = connect(port)
        clients[i]:on("error", function() end)
        clients[i]:resume()
      end
      within.reached(SECONDS, function() return sockets == 10 end)
      subprocess:kill("SIGKILL")
      processes.closed(subprocess)
      within.reached(SECONDS, function() return errors == 9 end) -- the first had left
      for _, client in ipairs(clients) do client:destroy() end
      server:close()
    end))
  end)
end)
