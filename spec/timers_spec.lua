local net = require("lnet")
local pair = require("spec.support.pair")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local LATE = 60000 -- ms; a timer that no test waits for

local function ignore() end

local function refuses(name)
  for _, wrong in ipairs({ "text", {}, 1, true }) do
    local ok, err = pcall(timers[name], wrong, 1)
    assert.is_false(ok)
    assert.equal("ERR_INVALID_ARG_TYPE", err.code)
    assert.equal("TypeError", err.name)
    assert.matches('^The "callback" argument must be of type function%. Received ', err.message)
  end
  local ok, err = pcall(timers[name])
  assert.is_false(ok)
  assert.equal('The "callback" argument must be of type function. Received nil', err.message)
  assert.is_false(net.run("nowait")) -- nothing was started
end

describe("timers", function()
  after_each(within.clean)

  describe("setTimeout", function()
    it("calls the function once, from the loop", function()
      local calls = 0
      timers.setTimeout(function() calls = calls + 1 end, 1)
      assert.equal(0, calls)
      within(2)
      assert.equal(1, calls)
    end)

    it("passes the further arguments, nil among them", function()
      local got
      timers.setTimeout(function(...) got = table.pack(...) end, 1, "a", nil, 3)
      within(2)
      assert.same({ n = 3, "a", nil, 3 }, got)
    end)

    it("calls the shorter time first", function()
      local log = trace.new()
      timers.setTimeout(log:adder("50"), 50)
      timers.setTimeout(log:adder("1"), 1)
      timers.setTimeout(log:adder("25"), 25)
      within(2)
      assert.same({ "1", "25", "50" }, log.list)
    end)

    it("calls equal times in the order in which they were set", function()
      local log = trace.new()
      for i = 1, 5 do
        timers.setTimeout(log:adder(i), 5)
      end
      within(2)
      assert.same({ 1, 2, 3, 4, 5 }, log.list)
    end)

    it("takes a time left out, negative or 0 as the shortest", function()
      local log = trace.new()
      timers.setTimeout(log:adder("late"), 30)
      timers.setTimeout(log:adder("left out"))
      timers.setTimeout(log:adder("negative"), -100)
      timers.setTimeout(log:adder("0"), 0)
      within(2)
      assert.same({ "left out", "negative", "0", "late" }, log.list)
    end)

    it("takes a fraction of a millisecond", function()
      local calls = 0
      timers.setTimeout(function() calls = calls + 1 end, 1.5)
      within(2)
      assert.equal(1, calls)
    end)

    it("does not come early: it waits at least the time asked for", function()
      -- By the loop's own clock: 20 ms hold ten intervals of 2 ms at most, and never none.
      local short, done = 0, false
      local interval = keep(timers.setInterval(function() short = short + 1 end, 2))
      timers.setTimeout(function()
        done = true
        interval:close()
      end, 20)
      within(2)
      assert.is_true(done)
      assert.is_true(short >= 1 and short <= 10)
    end)

    it("may be set again by its own function", function()
      local calls = 0
      local function again()
        calls = calls + 1
        if calls < 3 then timers.setTimeout(again, 1) end
      end
      timers.setTimeout(again, 1)
      within(2)
      assert.equal(3, calls)
    end)

    it("refuses what is no function", function() refuses("setTimeout") end)
  end)

  describe("a function that takes longer than its timer", function()
    local ways = {
      setTimeout = function(slow)
        local function again()
          local timer = timers.setTimeout(again, 1)
          if not slow() then timer:close() end
        end
        timers.setTimeout(again, 1)
      end,
      refresh = function(slow)
        local timer
        timer = timers.setTimeout(function()
          timer:refresh()
          if not slow() then timer:close() end
        end, 1)
      end,
      setInterval = function(slow)
        local timer
        timer = timers.setInterval(function()
          if not slow() then timer:close() end
        end, 1)
      end,
    }

    for name, set in pairs(ways) do
      it("leaves the loop its other work: " .. name, function()
        local calls, seen, rounds = 0, nil, 0
        local near, far = pair.tcp()
        far:on("data", function()
          seen = calls
          near:destroy()
          far:destroy()
        end)
        near:write("x")
        set(function()
          calls = calls + 1
          local from = os.clock()
          while os.clock() - from < 0.003 do end -- s; three times its delay
          timers.clearTimeout(timers.setTimeout(ignore, LATE)) -- looks at the clock
          return calls < 100 and (not seen or rounds < 5)
        end)
        while within.run(10, "once") do
          rounds = rounds + 1
          assert.is_true(calls <= 2 * rounds + 2) -- libuv looks at its timers twice in such a round
        end
        assert.is_truthy(seen)
        assert.is_true(calls < 100)
      end)
    end
  end)

  describe("clearTimeout", function()
    it("keeps the function from being called", function()
      local calls = 0
      timers.clearTimeout(timers.setTimeout(function() calls = calls + 1 end, 1))
      assert.is_false(net.run("nowait"))
      within(2)
      assert.equal(0, calls)
    end)

    it("works from another timer that is due at the same time", function()
      local calls, second = 0, nil
      timers.setTimeout(function() timers.clearTimeout(second) end, 1)
      second = timers.setTimeout(function() calls = calls + 1 end, 1)
      within(2)
      assert.equal(0, calls)
    end)

    it("takes nil, a timer that is over, and one that is cleared, and does nothing", function()
      local timer = timers.setTimeout(ignore, 1)
      within(2)
      timers.clearTimeout(timer)
      timers.clearTimeout(timer)
      timers.clearTimeout(nil)
      timers.clearTimeout()
      assert.is_false(net.run("nowait"))
    end)
  end)

  describe("setInterval", function()
    it("calls the function again and again, with its arguments, until it is cleared", function()
      local got, timer = {}, nil
      timer = keep(timers.setInterval(function(a, b)
        got[#got + 1] = a .. b
        if #got == 3 then timers.clearInterval(timer) end
      end, 1, "a", "b"))
      within(2)
      assert.same({ "ab", "ab", "ab" }, got)
    end)

    it("goes on after its function raised", function()
      local calls, timer = 0, nil
      timer = keep(timers.setInterval(function()
        calls = calls + 1
        if calls == 1 then error({ message = "first" }) end
        timers.clearInterval(timer)
      end, 1))
      local ok, err = pcall(within, 2)
      assert.is_false(ok)
      assert.equal("first", err.message)
      within(2)
      assert.equal(2, calls)
    end)

    it("refuses what is no function", function() refuses("setInterval") end)
  end)

  describe("setImmediate", function()
    it("calls the function once, from the loop, with its arguments", function()
      local calls = {}
      timers.setImmediate(function(...) calls[#calls + 1] = table.pack(...) end, 1, nil, "c")
      assert.equal(0, #calls)
      within(2)
      assert.equal(1, #calls)
      assert.same({ n = 3, 1, nil, "c" }, calls[1])
    end)

    it("keeps the order, and calls what an immediate sets in the next round", function()
      local log = trace.new()
      timers.setImmediate(function()
        log:add("first")
        timers.setImmediate(log:adder("next round"))
      end)
      timers.setImmediate(log:adder("second"))
      within(2)
      assert.same({ "first", "second", "next round" }, log.list)
    end)

    it("is undone by clearImmediate, also from an immediate of the same round", function()
      local calls, second = 0, nil
      local function count() calls = calls + 1 end
      timers.clearImmediate(timers.setImmediate(count))
      timers.setImmediate(function() timers.clearImmediate(second) end)
      second = timers.setImmediate(count)
      within(2)
      assert.equal(0, calls)
    end)

    it("lets the others of its round be called when one raises", function()
      local log = trace.new()
      timers.setImmediate(function() error({ message = "first" }) end)
      timers.setImmediate(log:adder("second"))
      local ok, err = pcall(within, 2)
      assert.is_false(ok)
      assert.equal("first", err.message)
      within(2)
      assert.same({ "second" }, log.list)
    end)

    it("takes nil to clear, and does nothing", function()
      timers.clearImmediate(nil)
      timers.clearImmediate()
      assert.is_false(net.run("nowait"))
    end)

    it("refuses what is no function", function() refuses("setImmediate") end)

    it("does not hold the loop once it is unref'd", function()
      local calls = 0
      local immediate = timers.setImmediate(function() calls = calls + 1 end)
      assert.is_true(immediate:hasRef())
      assert.equal(immediate, immediate:unref())
      assert.is_false(immediate:hasRef())
      assert.equal(immediate, immediate:ref())
      assert.is_true(immediate:hasRef())
      within(2)
      assert.equal(1, calls)
    end)
  end)

  describe("a timer's", function()
    it("unref lets the loop end without it, ref makes it wait again", function()
      local calls = 0
      local timer = keep(timers.setTimeout(function() calls = calls + 1 end, LATE))
      assert.is_true(timer:hasRef())
      assert.equal(timer, timer:unref())
      assert.is_false(timer:hasRef())
      within(2)
      assert.equal(0, calls)
      assert.equal(timer, timer:ref())
      assert.is_true(timer:hasRef())
      assert.is_true(net.run("nowait"))
      timer:close()
      within(2)
      assert.equal(0, calls)
    end)

    it("unref still lets it be called while something else holds the loop", function()
      local log = trace.new()
      timers.setTimeout(log:adder("unref'd"), 1):unref()
      timers.setTimeout(log:adder("ref'd"), 30)
      within(2)
      assert.same({ "unref'd", "ref'd" }, log.list)
    end)

    it("ref and unref may be called twice, and count once", function()
      local timer = keep(timers.setTimeout(ignore, LATE))
      timer:unref():unref()
      assert.is_false(net.run("nowait"))
      timer:ref():ref()
      assert.is_true(net.run("nowait"))
      timer:unref()
      assert.is_false(net.run("nowait"))
      timer:close()
    end)

    it("close stops it, a timeout and an interval", function()
      local calls = 0
      local function count() calls = calls + 1 end
      local timeout, interval = timers.setTimeout(count, 1), timers.setInterval(count, 1)
      assert.equal(timeout, timeout:close())
      interval:close()
      assert.is_false(net.run("nowait"))
      within(2)
      assert.equal(0, calls)
    end)

    it("refresh starts its time again", function()
      local log = trace.new()
      local timer = timers.setTimeout(log:adder("refreshed"), 60)
      timers.setTimeout(function() assert.equal(timer, timer:refresh()) end, 30)
      timers.setTimeout(log:adder("75"), 75)
      within(2)
      assert.same({ "75", "refreshed" }, log.list)
    end)

    it("refresh starts it again after its call", function()
      local calls, timer = 0, nil
      timer = timers.setTimeout(function()
        calls = calls + 1
        if calls == 1 then timer:refresh() end
      end, 1)
      within(2)
      assert.equal(2, calls)
    end)

    it("clear function takes either kind", function()
      timers.clearInterval(timers.setTimeout(ignore, LATE))
      timers.clearTimeout(timers.setInterval(ignore, LATE))
      assert.is_false(net.run("nowait"))
    end)
  end)

  describe("the order", function()
    it("is tick, immediate, timer inside a callback of a socket", function()
      local near, far = pair.tcp()
      local log = trace.new()
      far:once("data", function()
        timers.setTimeout(log:adder("timer"), 0)
        timers.setImmediate(log:adder("immediate"))
        net.nextTick(log:adder("tick"))
        log:add("data")
        far:destroy()
      end)
      near:write("x")
      within(2)
      assert.same({ "data", "tick", "immediate", "timer" }, log.list)
    end)

    it("has the ticks of a timer before the next timer", function()
      local log = trace.new()
      timers.setTimeout(function()
        log:add("timer 1")
        net.nextTick(log:adder("tick 1"))
      end, 1)
      timers.setTimeout(function()
        log:add("timer 2")
        net.nextTick(log:adder("tick 2"))
      end, 1)
      within(2)
      assert.same({ "timer 1", "tick 1", "timer 2", "tick 2" }, log.list)
    end)

    it("has the ticks of an immediate before the next immediate", function()
      local log = trace.new()
      timers.setImmediate(function()
        log:add("immediate 1")
        net.nextTick(log:adder("tick"))
      end)
      timers.setImmediate(log:adder("immediate 2"))
      within(2)
      assert.same({ "immediate 1", "tick", "immediate 2" }, log.list)
    end)

    it("has the immediate before a timer that a timer sets", function()
      local log = trace.new()
      timers.setTimeout(function()
        timers.setTimeout(log:adder("timer"), 1)
        timers.setImmediate(log:adder("immediate"))
      end, 1)
      within(2)
      assert.same({ "immediate", "timer" }, log.list)
    end)

    it("has what was queued before net.run in it: ticks before all else", function()
      local log = trace.new()
      timers.setImmediate(log:adder("immediate"))
      net.nextTick(log:adder("tick"))
      within(2)
      assert.same({ "tick", "immediate" }, log.list)
    end)
  end)
end)
