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
    local calls, ok = 0, nil
    timers.setTimeout(function()
      calls = calls + 1
      ok = pcall(net.run)
    end, 1)
    timers.setTimeout(function() calls = calls + 1 end, 20)
    within(2)
    assert.is_false(ok)
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

describe("an error raised by a listener", function()
  after_each(within.clean)

  it("ends net.run with that very error object", function()
    local thrown = setmetatable({ message = "my own" }, { __name = "mine" })
    local near, far = pair.tcp()
    far:on("data", function() error(thrown) end)
    near:write("x")
    assert.equal(thrown, raisedByRun())
    near:destroy()
    far:destroy()
    within(2)
  end)

  it("ends net.run, a string having the listener's traceback on new lines", function()
    local function culprit() error("boom") end
    timers.setTimeout(function() culprit() end, 1)
    local err = raisedByRun()
    assert.equal("string", type(err))
    assert.matches("^[^\n]*loop_spec%.lua:%d+: boom\nstack traceback:\n", err)
    assert.matches("\n[^\n]*loop_spec%.lua:%d+: in [^\n]*culprit", err)
  end)

  it("ends net.run, a string without a position keeping its text", function()
    net.nextTick(function() error("bare", 0) end)
    assert.matches("^bare\nstack traceback:\n", raisedByRun())
  end)

  it("ends net.run with any other value as it is", function()
    for _, value in ipairs({ 42, 0.5, true, false, ignore, { "no message" }, { message = 1 } }) do
      net.nextTick(function() error(value) end)
      assert.equal(value, raisedByRun())
    end
  end)

  it("ends net.run with nil when it is nil", function()
    net.nextTick(function() error(nil) end)
    assert.is_nil(raisedByRun())
  end)

  it("is the same for errors that Lua itself raises", function()
    net.nextTick(function() local _ = nil + 1 end) -- luacheck: ignore
    local err = raisedByRun()
    assert.matches("attempt to perform arithmetic on a nil value.-\nstack traceback:\n", err)
  end)

  it("has, for an error object of lnet, the listener's traceback in `stack`", function()
    timers.setTimeout(function() net.createServer():listen(70000) end, 1)
    local err = raisedByRun()
    assert.equal("ERR_SOCKET_BAD_PORT", err.code)
    assert.equal(tostring(err), err.stack:sub(1, #tostring(err)))
    assert.matches("loop_spec%.lua:%d+:", err.stack)
  end)

  it("leaves the rest for the next run: ticks, timers, other sockets", function()
    local log = trace.new()
    local near, far = pair.tcp()
    far:on("data", log:adder("data"))
    far:on("close", log:adder("close"))
    near:resume()
    near:finish("x")
    net.nextTick(function() error({ message = "first" }) end)
    net.nextTick(log:adder("tick"))
    net.nextTick(function() error({ message = "second" }) end)
    timers.setTimeout(log:adder("timer"), 1)
    assert.equal("first", raisedByRun().message)
    assert.same({}, log.list)
    assert.equal("second", raisedByRun().message)
    within(2)
    assert.equal(1, log:count("tick"))
    assert.equal(1, log:count("timer"))
    assert.equal(1, log:count("data"))
    assert.equal(1, log:count("close"))
  end)

  it("skips only the listeners after it", function()
    local log = trace.new()
    local near, far = pair.tcp()
    far:on("data", log:adder("before"))
    far:on("data", function() error({ message = "data" }) end)
    far:on("data", log:adder("after"))
    far:on("end", log:adder("end"))
    near:resume()
    near:finish("x")
    assert.equal("data", raisedByRun().message)
    assert.same({ "before" }, log.list)
    within(2)
    assert.same({ "before", "end" }, log.list)
  end)

  it("in 'connect' does not keep the socket from reading", function()
    local server, port = serve.tcp(function(socket) socket:finish("hello") end)
    local received, closed = {}, 0
    local client = keep(net.connect(port, "127.0.0.1"))
    client:on("connect", function() error({ message = "connect" }) end)
    client:on("data", function(bytes) received[#received + 1] = bytes end)
    client:on("close", function() closed = closed + 1 end)
    assert.equal("connect", raisedByRun().message)
    within.reached(2, function() return closed == 1 end)
    assert.equal("hello", table.concat(received))
    server:close()
    within(2)
  end)

  it("in 'end' does not keep the socket from ending its own side and closing", function()
    local near, far = pair.tcp()
    local ended, closed = 0, 0
    near:on("end", function() ended = ended + 1 end)
    near:resume()
    far:on("end", function() error({ message = "end" }) end)
    far:on("close", function() closed = closed + 1 end)
    far:resume()
    near:finish()
    assert.equal("end", raisedByRun().message)
    within(2)
    assert.equal(1, ended)
    assert.equal(1, closed)
  end)

  it("in a write callback does not keep the later ones from being called", function()
    local log = trace.new()
    local near, far = pair.tcp()
    far:resume()
    near:resume()
    near:write("a", function() error({ message = "a" }) end)
    near:write("b", log:adder("b"))
    near:finish("c", log:adder("finished"))
    assert.equal("a", raisedByRun().message)
    within(2)
    assert.same({ "b", "finished" }, log.list)
  end)

  it("in 'close' leaves the socket closed", function()
    local near, far = pair.tcp()
    local closes = 0
    near:on("close", function()
      closes = closes + 1
      error({ message = "close" })
    end)
    far:resume()
    near:destroy()
    assert.equal("close", raisedByRun().message)
    within(2)
    assert.equal(1, closes)
    assert.is_true(near.destroyed)
  end)

  it("in 'error' does not keep 'close' from coming", function()
    local near, far = pair.tcp()
    local hadError
    near:on("error", function() error({ message = "from the listener" }) end)
    near:on("close", function(had) hadError = had end)
    far:resume()
    near:destroy({ message = "cause" })
    assert.equal("from the listener", raisedByRun().message)
    within(2)
    assert.is_true(hadError)
  end)
end)

describe("an 'error' event of a socket without a listener", function()
  after_each(within.clean)

  it("ends net.run with the error object, and 'close' still comes", function()
    local server, port = serve.tcp()
    server:close()
    within(2)
    local client = keep(net.connect(port, "127.0.0.1"))
    local hadError
    client:on("close", function(had) hadError = had end)
    local err = raisedByRun()
    assert.equal("ECONNREFUSED", err.code)
    within(2)
    assert.is_true(hadError)
  end)

  it("ends net.run with ERR_UNHANDLED_ERROR when it is no error object", function()
    timers.setTimeout(function() net.Socket():emit("error", "text") end, 1)
    local err = raisedByRun()
    assert.equal("ERR_UNHANDLED_ERROR", err.code)
    assert.equal("Unhandled error. ('text')", err.message)
  end)
end)

describe("a listener that yields", function()
  after_each(within.clean)

  it("is an error", function()
    timers.setTimeout(function() coroutine.yield() end, 1)
    local err = raisedByRun()
    assert.equal("string", type(err))
    assert.matches("attempt to yield", err)
  end)

  it("is an error too when net.run runs in a coroutine", function()
    timers.setTimeout(function() coroutine.yield() end, 1)
    local co = coroutine.create(function() return pcall(net.run) end)
    local resumed, ok, err = coroutine.resume(co)
    assert.is_true(resumed)
    assert.equal("dead", coroutine.status(co))
    assert.is_false(ok)
    assert.matches("attempt to yield", err)
  end)

  it("is none when the listener resumes a coroutine of its own", function()
    local steps = {}
    local co = coroutine.wrap(function()
      for i = 1, 3 do
        steps[#steps + 1] = i
        coroutine.yield()
      end
    end)
    for _ = 1, 3 do
      timers.setTimeout(co, 1)
    end
    within(2)
    assert.same({ 1, 2, 3 }, steps)
  end)
end)

describe("net.nextTick", function()
  after_each(within.clean)

  it("calls the function from the loop, with its arguments", function()
    local calls = {}
    net.nextTick(function(...) calls[#calls + 1] = table.pack(...) end, 1, nil, "c")
    assert.equal(0, #calls)
    within(2)
    assert.equal(1, #calls)
    assert.same({ n = 3, 1, nil, "c" }, calls[1])
  end)

  it("keeps the order, and calls what a tick queues before any I/O", function()
    local log = trace.new()
    local near, far = pair.tcp()
    far:once("data", function()
      log:add("data")
      far:destroy()
    end)
    near:write("x")
    net.nextTick(function()
      log:add("tick 1")
      net.nextTick(function()
        log:add("tick 3")
        net.nextTick(log:adder("tick 4"))
      end)
    end)
    net.nextTick(log:adder("tick 2"))
    within(2)
    assert.same({ "tick 1", "tick 2", "tick 3", "tick 4", "data" }, log.list)
  end)

  it("calls the function once the current callback is done", function()
    local log = trace.new()
    local near, far = pair.tcp()
    far:on("data", function()
      net.nextTick(log:adder("tick"))
      log:add("first listener")
    end)
    far:on("data", function()
      log:add("second listener")
      far:destroy()
    end)
    near:write("x")
    within(2)
    assert.same({ "first listener", "second listener", "tick" }, log.list)
  end)

  it("refuses what is no function", function()
    for _, wrong in ipairs({ "text", 1, {}, true }) do
      local ok, err = pcall(net.nextTick, wrong)
      assert.is_false(ok)
      assert.equal("ERR_INVALID_ARG_TYPE", err.code)
      assert.matches('^The "callback" argument must be of type function%. Received ', err.message)
    end
    local ok, err = pcall(net.nextTick)
    assert.is_false(ok)
    assert.equal('The "callback" argument must be of type function. Received nil', err.message)
    assert.is_false(net.run("nowait"))
  end)
end)

describe("no event fires inside the call that causes it:", function()
  after_each(within.clean)

  -- Calls `action` and checks that nothing was logged before the loop ran.
  local function silent(log, action)
    local before = #log.list
    action()
    assert.equal(before, #log.list)
  end

  it("listen", function()
    local log = trace.new()
    local server = keep(net.createServer())
    silent(log, function() server:listen(0, log:adder("listening")) end)
    within.reached(2, function() return #log.list > 0 end)
    assert.same({ "listening" }, log.list)
    server:close()
    within(2)
  end)

  it("a listen that fails", function()
    local log = trace.new()
    local server, path = serve.unix()
    local second = keep(net.createServer())
    log:watch(second, { "error", "listening" })
    silent(log, function() second:listen(path) end)
    within.reached(2, function() return #log.list > 0 end)
    assert.same({ "error" }, log.list)
    server:close()
    within(2)
  end)

  it("connect", function()
    local log = trace.new()
    local server, port = serve.tcp(function(socket) socket:destroy() end)
    local client = keep(net.Socket())
    log:watch(client, { "lookup", "connect", "error" })
    silent(log, function() client:connect({ port = port, host = "localhost", family = 4 }) end)
    within.reached(2, function() return log:count("connect") == 1 end)
    assert.same({ "lookup", "connect" }, log.list)
    server:close()
    client:destroy()
    within(2)
  end)

  it("connect to a path that does not exist", function()
    local log = trace.new()
    local client = keep(net.Socket())
    log:watch(client, { "connect", "error", "close" })
    silent(log, function() client:connect("/nonexistent/lnet.sock") end)
    within(2)
    assert.same({ "error", "close" }, log.list)
  end)

  it("write", function()
    local log = trace.new()
    local near, far = pair.tcp()
    log:watch(near, { "drain" })
    far:resume()
    near:resume()
    silent(log, function()
      near:write("some bytes", log:adder("written"))
      near:write(("x"):rep(8 << 20), log:adder("all written")) -- more than the kernel takes
    end)
    within.reached(5, function() return #log.list == 3 end)
    assert.same({ "written", "drain", "all written" }, log.list)
    near:finish()
    within(2)
  end)

  it("finish", function()
    local log = trace.new()
    local near, far = pair.tcp()
    log:watch(near, { "finish" })
    far:resume()
    near:resume()
    silent(log, function() near:finish("bytes", log:adder("callback")) end)
    within(2)
    assert.equal(1, log:count("finish"))
    assert.equal(1, log:count("callback"))
  end)

  it("destroy", function()
    local log = trace.new()
    local near = pair.tcp()
    log:watch(near, { "close" })
    silent(log, function() near:destroy() end)
    within(2)
    assert.same({ "close" }, log.list)
  end)

  it("destroy with an error", function()
    local log = trace.new()
    local near = pair.tcp()
    log:watch(near, { "error", "close" })
    silent(log, function() near:destroy({ message = "cause" }) end)
    within(2)
    assert.same({ "error", "close" }, log.list)
  end)

  it("close", function()
    local log = trace.new()
    local server = serve.tcp()
    log:watch(server, { "close" })
    silent(log, function() server:close(log:adder("callback")) end)
    within(2)
    assert.equal(1, log:count("close"))
    assert.equal(1, log:count("callback"))
  end)

  it("resume, and on('data'), with bytes waiting", function()
    local log = trace.new()
    local near, far = pair.tcp()
    far:pause()
    far:on("data", log:adder("data"))
    near:write("x", log:adder("written"))
    within.reached(2, function() return log:count("written") == 1 end)
    silent(log, function() far:resume() end)
    within.reached(2, function() return log:count("data") == 1 end)
    near:destroy()
    far:destroy()
    within(2)
  end)
end)
