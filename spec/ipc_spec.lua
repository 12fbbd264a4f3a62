local child = require("spec.support.child")
local ipc = require("lnet.ipc")
local lfs = require("lfs")
local processes = require("spec.support.processes")
local temp = require("spec.support.temp")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local fork = processes.fork

local SECONDS = 15 -- starting Lua takes a moment; more is a hang
local EVENTS = { "spawn", "message", "disconnect", "exit", "close" }

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
