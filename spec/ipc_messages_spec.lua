local ipc = require("lnet.ipc")
local net = require("lnet")
local processes = require("spec.support.processes")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

local fork = processes.fork

local SECONDS = 15 -- starting Lua takes a moment; more is a hang

-- Sends back each message.
local ECHO = [[ parent:on("message", function(message) parent:send(message) end) ]]

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
      assert.matches("ipc_messages_spec.lua:", err.stack, 1, true)
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
