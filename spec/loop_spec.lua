local child = require("spec.support.child")
local events = require("lnet.events")
local net = require("lnet")
local pair = require("spec.support.pair")
local serve = require("spec.support.serve")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

-- How much slower than usual this build is (sanitizers, valgrind).
local PATIENCE = tonumber(os.getenv("LNET_SPEC_PATIENCE")) or 1

local function ignore() end

-- Runs the loop, which must raise; returns what it raised.
local function raisedByRun()
  local ok, err = pcall(within.run, 2)
  assert.is_false(ok)
  return err
end

describe("net.run", function()
  after_each(within.clean)

  it("returns false at once when there is nothing to do", function()
    assert.is_false(net.run())
    assert.is_false(net.run("default"))
    assert.is_false(net.run("once"))
    assert.is_false(net.run("nowait"))
  end)

  it("runs until nothing referenced is left", function()
    local near, far = pair.tcp()
    local closed = 0
    near:on("close", function() closed = closed + 1 end)
    far:on("close", function() closed = closed + 1 end)
    far:resume()
    near:resume()
    near:finish()
    assert.is_false(within.run(2, "default"))
    assert.equal(2, closed)
  end)

  it("\"nowait\" does not block, and returns true while something referenced is left", function()
    local server = serve.tcp()
    assert.is_true(net.run("nowait"))
    server:unref()
    assert.is_false(net.run("nowait"))
    server:ref()
    assert.is_true(net.run("nowait"))
    server:close()
    within(2)
    assert.is_false(net.run("nowait"))
  end)

  it("\"once\" waits for what comes next, and returns whether more is left", function()
    local log = trace.new()
    timers.setTimeout(log:adder("first"), 1)
    timers.setTimeout(log:adder("second"), 40 * PATIENCE)
    local rounds = 0
    while within.run(2, "once") do
      rounds = rounds + 1
      assert.is_true(rounds < 100)
    end
    assert.same({ "first", "second" }, log.list)
    assert.is_true(rounds >= 1)
  end)

  it("refuses a mode that does not exist", function()
    for _, wrong in ipairs({ "always", "", 1, {}, false }) do
      local ok, err = pcall(net.run, wrong)
      assert.is_false(ok)
      assert.equal("TypeError", err.name)
      assert.matches("^ERR_INVALID_ARG_", err.code)
    end
  end)

  it("inside a callback is an error, and the outer run goes on", function()
    local calls, ok, err = 0, nil, nil
    timers.setTimeout(function()
      calls = calls + 1
      ok, err = pcall(net.run)
    end, 1)
    timers.setTimeout(function() calls = calls + 1 end, 20)
    within(2)
    assert.is_false(ok)
    assert.equal("ERR_LOOP_RUNNING", err.code)
    assert.equal("net.run cannot be called inside a callback", err.message)
    assert.equal(2, calls)
  end)

  describe("is refused where the program is called in the middle of a function of lnet:", function()
    local where = {
      ["a listener of 'newListener'"] = function(run)
        local socket = net.Socket():on("newListener", run)
        socket:on("data", ignore)
      end,
      ["a listener of 'newListener' of an emitter of one's own"] = function(run)
        events.EventEmitter():on("newListener", run):on("any", ignore)
      end,
      ["a listener of 'removeListener'"] = function(run)
        net.createServer():on("removeListener", run):once("x", ignore):removeAllListeners("x")
      end,
      ["a listener of 'pipe'"] = function(run)
        local to = net.Socket():on("pipe", run)
        net.Socket():pipe(to)
      end,
      ["a listener of 'abort'"] = function(run)
        local controller = net.AbortController()
        controller.signal:on("abort", run)
        controller:abort()
      end,
      ["a lookup of one's own"] = function(run)
        local socket = keep(net.connect({ port = 1, host = "x", lookup = run }))
        socket:on("error", ignore):destroy()
      end,
      ["a function that gives a buffer to read into"] = function(run)
        local function buffer()
          run()
          return net.Buffer(8)
        end
        local onread = { buffer = buffer, callback = ignore }
        keep(net.connect({ port = 1, onread = onread })):on("error", ignore):destroy()
      end,
      ["a write callback that comes because the program emits 'close'"] = function(run)
        local socket = keep(net.connect(1, "127.0.0.1")):on("error", ignore)
        socket:write("x", run)
        socket:emit("close")
        socket:destroy()
      end,
      ["a coroutine in such a listener"] = function(run)
        net.Socket():on("newListener", function() coroutine.wrap(run)() end):on("data", ignore)
      end,
      ["a finalizer in a function of lnet"] = function(run)
        local socket = net.Socket()
        collectgarbage()
        collectgarbage("stop")
        setmetatable({}, { __gc = run })
        local numbers = {}
        for i = 1, 1 << 20 do numbers[i] = i end
        collectgarbage("incremental", 1, 1000, 0)
        collectgarbage("restart")
        numbers[#numbers + 1] = 0 -- the table grows: the next that is made is the occasion
        socket.field = 1
        collectgarbage("incremental", 200, 100, 13) -- Lua's own values
        return numbers
      end,
    }
    for place, call in pairs(where) do
      it(place, function()
        local calls, errors = 0, {}
        call(function()
          calls = calls + 1
          local ok, err = pcall(net.run, "nowait")
          if not ok then errors[#errors + 1] = err.code .. ": " .. err.message end
        end)
        assert.is_true(calls >= 1)
        for i = 1, calls do
          assert.equal("ERR_LOOP_RUNNING: net.run cannot be called inside a callback", errors[i])
        end
        within(2)
      end)
    end
  end)

  describe("is not refused where nothing of lnet waits for it:", function()
    local function runs()
      local ticks = 0
      net.nextTick(function() ticks = ticks + 1 end)
      assert.is_false(within.run(2))
      assert.equal(1, ticks)
    end

    it("in a listener that the program calls itself, by emit", function()
      local socket, emitter = net.Socket(), events.EventEmitter()
      socket:on("data", runs)
      socket:emit("data", "x")
      emitter:once("any", runs)
      emitter:emit("any")
    end)

    it("in a finalizer that runs in the program's own code", function()
      local ran = false
      setmetatable({}, { __gc = function() ran = pcall(runs) end })
      collectgarbage()
      assert.is_true(ran)
    end)

    it("in a coroutine in a coroutine", function()
      assert(coroutine.wrap(function() return coroutine.wrap(pcall)(runs) end)())
    end)

    it("after a callback outside of net.run has raised", function()
      local socket = keep(net.connect(1, "127.0.0.1")):on("error", ignore)
      socket:write("x", function() error({ message = "raised" }) end)
      socket:emit("close")
      socket:destroy()
      assert.equal("raised", raisedByRun().message)
      runs()
    end)
  end)

  it("works from inside a coroutine", function()
    local log = trace.new()
    local near, far = pair.tcp()
    log:watch(far, { "data", "end", "close" })
    near:resume()
    near:finish("x")
    local co = coroutine.create(function()
      local left = within.run(2)
      log:add("run returned " .. tostring(left))
    end)
    assert(coroutine.resume(co))
    assert.equal("dead", coroutine.status(co))
    assert.same({ "data", "end", "close", "run returned false" }, log.list)
  end)

  it("raises inside the coroutine it was called from", function()
    net.nextTick(function() error({ message = "tick" }) end)
    local co = coroutine.create(function() net.run() end)
    local ok, err = coroutine.resume(co)
    assert.is_false(ok)
    assert.equal("tick", err.message)
  end)

  it("calls listeners that were registered in a coroutine which is dead", function()
    local log = trace.new()
    local near, far = pair.tcp()
    near:resume()
    local co = coroutine.create(function()
      log:watch(far, { "data", "end" })
      far:once("close", log:adder("close"))
      near:write("x", log:adder("written"))
      timers.setTimeout(log:adder("timer"), 40)
    end)
    assert(coroutine.resume(co))
    assert.equal("dead", coroutine.status(co))
    co = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    near:finish()
    within(2)
    assert.equal(1, log:count("data"))
    assert.equal(1, log:count("end"))
    assert.equal(1, log:count("close"))
    assert.equal(1, log:count("written"))
    assert.equal(1, log:count("timer"))
  end)

  it("goes on where the last run ended", function()
    local calls = 0
    for _ = 1, 3 do
      timers.setTimeout(function() calls = calls + 1 end, 1)
      within(2)
    end
    assert.equal(3, calls)
  end)
end)

describe("net.stop", function()
  after_each(within.clean)

  it("makes net.run return true while something is left; another run goes on", function()
    local log = trace.new()
    timers.setTimeout(function()
      log:add("first")
      net.stop()
    end, 1)
    timers.setTimeout(log:adder("second"), 40)
    assert.is_true(within.run(2))
    assert.same({ "first" }, log.list)
    within(2)
    assert.same({ "first", "second" }, log.list)
  end)

  it("makes net.run return before any further I/O", function()
    local nearA, farA = pair.tcp()
    local nearB, farB = pair.tcp()
    local received = {}
    local function listener(bytes)
      received[#received + 1] = bytes
      net.stop()
    end
    farA:on("data", listener)
    farB:on("data", listener)
    nearA:write("a")
    nearB:write("b")
    assert.is_true(within.run(2))
    assert.equal(1, #received)
    assert.is_true(within.run(2))
    assert.equal(2, #received)
    table.sort(received)
    assert.same({ "a", "b" }, received)
    for _, socket in ipairs({ nearA, farA, nearB, farB }) do
      socket:destroy()
    end
    within(2)
  end)
end)

describe("A halt of the loop, by net.stop or by an error,", function()
  after_each(within.clean)

  it("in a timer while another is due lets net.run return, and the other one comes", function()
    local log = {}
    timers.setTimeout(function()
      log[#log + 1] = "first"
      net.stop()
    end, 5)
    timers.setTimeout(function() log[#log + 1] = "second" end, 5)
    assert.is_true(net.run())
    assert.same({ "first" }, log)
    local now = os.clock()
    repeat until os.clock() - now > 0.01 -- on a slow machine the other one may be due only now
    timers.setImmediate(function() log[#log + 1] = "immediate" end)
    assert.is_false(net.run())
    assert.same({ "first", "second", "immediate" }, log)
  end)

  it("in a listener of the last bytes does not lose the end that came with them", function()
    local near, far = pair.unix()
    local log = {}
    far:on("data", function()
      log[#log + 1] = "data"
      error("raised", 0)
    end)
    far:on("end", function() log[#log + 1] = "end" end)
    far:on("close", function() log[#log + 1] = "close" end)
    near:write("x")
    near:destroy() -- both are there when the loop polls
    assert.same({ "raised" }, within.through(10))
    assert.same({ "data", "end", "close" }, log)
  end)

  it("in a callback keeps what 'close' is owed, also when the state is closed then", function()
    local result = child
      .program([[
      local net = require("lnet")
      local timers = require("lnet.timers")
      local server = net.createServer(function(socket)
        socket:write(("x"):rep(1 << 22), function() end)
        timers.setTimeout(function()
          socket:destroy()
          error("halted", 0)
        end, 5)
      end)
      server:listen(0, "127.0.0.1", function() net.connect(server:address().port, "127.0.0.1") end)
      print(pcall(net.run))
    ]])
      :wait()
    assert.equal(0, result.code) -- with a sanitizer: nothing has leaked
    assert.matches("halted", result.out)
  end)
end)
