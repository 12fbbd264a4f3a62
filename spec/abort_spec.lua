local net = require("lnet")
local raised = require("spec.support.raised")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local work = require("spec.support.work")

local AbortController, AbortSignal = net.AbortController, net.AbortSignal

local function listenersOf(signal)
  return signal:listenerCount("abort")
end

local NO_SIGNALS = { 1, "x", {}, print, false, AbortController(), net.Socket(), AbortSignal,
  { aborted = false } }

describe("net.AbortController", function()
  it("is a class: called, or through new, it makes a controller", function()
    for _, controller in ipairs({ AbortController(), AbortController.new() }) do
      assert.is_false(controller.signal.aborted)
      assert.is_nil(controller.signal.reason)
      assert.equal(controller.signal, controller.signal)
    end
  end)

  it("aborts its signal inside the call, once", function()
    local controller = AbortController()
    local seen = {}
    controller.signal:on("abort", function(...)
      seen[#seen + 1] = { select("#", ...), controller.signal.aborted, controller.signal.reason }
    end)
    assert.is_nil(controller:abort("why"))
    controller:abort("again")
    assert.same({ { 0, true, "why" } }, seen)
    assert.equal("why", controller.signal.reason)
  end)

  it("has node's default reason", function()
    local controller = AbortController()
    controller:abort()
    local reason = controller.signal.reason
    assert.equal("AbortError", reason.name)
    assert.equal("This operation was aborted", reason.message)
    assert.equal("AbortError: This operation was aborted", tostring(reason))
    assert.truthy(reason.stack:find("abort_spec.lua", 1, true))
  end)

  it("cannot have its signal changed", function()
    local ok, err = pcall(function() AbortController().signal = AbortSignal.abort() end)
    assert.is_false(ok)
    assert.equal(
      "TypeError: Cannot set property signal of #<AbortController> which has only a getter",
      tostring(err)
    )
  end)
end)

describe("net.AbortSignal", function()
  after_each(within.clean)

  it("is made by others only", function()
    assert.equal("Illegal constructor", raised("ERR_ILLEGAL_CONSTRUCTOR", AbortSignal).message)
  end)

  it("is an EventEmitter, with fields of the user", function()
    local signal = AbortController().signal
    local events = trace.new()
    local function listener() events:add("on") end
    assert.equal(signal, signal:on("abort", listener))
    signal:once("other", function(value) events:add("other " .. value) end)
    signal:prependListener("abort", events:adder("before"))
    assert.equal(2, listenersOf(signal))
    assert.is_true(signal:emit("other", 5))
    assert.is_false(signal:emit("other", 5))
    assert.is_true(signal:emit("abort"))
    signal:off("abort", listener)
    assert.same({ "other 5", "before", "on" }, events.list)
    assert.is_false(signal.aborted)
    signal.name = "mine"
    assert.equal("mine", signal.name)
    raised("ERR_INVALID_ARG_TYPE", signal.on, signal, "abort", 5)
  end)

  it("cannot be changed", function()
    local signal = AbortController().signal
    for _, field in ipairs({ "aborted", "reason" }) do
      local ok, err = pcall(function() signal[field] = true end)
      assert.is_false(ok)
      assert.equal("TypeError", err.name)
    end
    assert.is_false(signal.aborted)
  end)

  it("refuses another object as self, as does a controller", function()
    local controller = AbortController()
    for _, other in ipairs({ {}, "reason", 5, false, net.Socket() }) do
      raised("ERR_INVALID_THIS", controller.abort, other)
      raised("ERR_INVALID_THIS", AbortSignal.throwIfAborted, other)
    end
    local err = raised("ERR_INVALID_THIS", controller.abort)
    assert.matches('^Value of "this" must be of type AbortController: ', err.message)
    assert.is_false(controller.signal.aborted)
  end)

  it("raises its reason by throwIfAborted", function()
    AbortController().signal:throwIfAborted()
    for _, reason in ipairs({ "text", 5, { message = "mine" }, false }) do
      local ok, err = pcall(AbortSignal.throwIfAborted, AbortSignal.abort(reason))
      assert.is_false(ok)
      assert.equal(reason, err)
    end
    local ok, err = pcall(function() AbortSignal.abort():throwIfAborted() end)
    assert.is_false(ok)
    assert.equal("AbortError", err.name)
  end)

  it("calls every listener, and keeps what one raises for net.run", function()
    local controller = AbortController()
    local events = trace.new()
    controller.signal:on("abort", function() error({ message = "mine" }) end)
    controller.signal:once("abort", events:adder("once"))
    controller.signal:on("abort", events:adder("last"))
    controller:abort()
    assert.same({ "once", "last" }, events.list)
    assert.equal(2, listenersOf(controller.signal))
    local ok, err = pcall(net.run)
    assert.is_false(ok)
    assert.equal("mine", err.message)
    within(2)
  end)

  it("is aborted by a timeout, which net.run does not wait for", function()
    local signal = AbortSignal.timeout(5)
    local reason
    signal:on("abort", function() reason = signal.reason end)
    within(1)
    assert.is_nil(reason)
    within.reached(5, function() return signal.aborted end)
    assert.equal("TimeoutError", reason.name)
    assert.equal("The operation was aborted due to timeout", reason.message)
    assert.equal("TimeoutError: The operation was aborted due to timeout", tostring(reason))
    raised("ERR_INVALID_ARG_TYPE", AbortSignal.timeout)
    raised("ERR_INVALID_ARG_TYPE", AbortSignal.timeout, "5")
    assert.equal('The value of "delay" is out of range. It must be >= 0 && <= 4294967295. '
      .. "Received -1", raised("ERR_OUT_OF_RANGE", AbortSignal.timeout, -1).message)
    raised("ERR_OUT_OF_RANGE", AbortSignal.timeout, 4294967296)
    raised("ERR_OUT_OF_RANGE", AbortSignal.timeout, 1.5)
    assert.is_false(AbortSignal.timeout(4294967295).aborted)
  end)

  it("takes the first of any, with its reason", function()
    local first, second = AbortController(), AbortController()
    local any = AbortSignal.any({ first.signal, second.signal })
    local nested = AbortSignal.any({ AbortSignal.any({ any }), AbortSignal.any({}) })
    local events = trace.new()
    nested:on("abort", events:adder("nested"))
    any:on("abort", events:adder("any"))
    second.signal:on("abort", events:adder("second"))
    assert.is_false(any.aborted)
    second:abort("second's")
    first:abort("first's")
    assert.same({ "second", "any", "nested" }, events.list)
    assert.equal("second's", any.reason)
    assert.equal("second's", nested.reason)
    assert.equal("first's", AbortSignal.any({ first.signal, second.signal }).reason)
    assert.is_false(AbortSignal.any({}).aborted)
  end)

  it("refuses what is no list of signals", function()
    for _, value in ipairs({ 1, "x", print, AbortController().signal }) do
      local err = raised("ERR_INVALID_ARG_TYPE", AbortSignal.any, value)
      assert.truthy(err.message:find('The "signals" argument must be an instance of Array.', 1,
        true))
    end
    for _, value in ipairs(NO_SIGNALS) do
      local err = raised("ERR_INVALID_ARG_TYPE", AbortSignal.any,
        { AbortController().signal, value })
      assert.truthy(err.message:find(
        'The "signals[2]" argument must be an instance of AbortSignal.', 1, true))
    end
  end)

  describe("when nobody has it any more", function()
    local function collected(make)
      local weak = setmetatable({}, { __mode = "v" })
      weak[1] = make()
      collectgarbage()
      collectgarbage()
      return weak[1] == nil
    end

    it("is collected, with its timer", function()
      assert.is_true(collected(function() return AbortSignal.timeout(3600000) end))
      local controller = AbortController()
      assert.is_true(collected(function() return AbortSignal.any({ controller.signal }) end))
      assert.is_true(collected(function()
        local signal = AbortSignal.timeout(3600000)
        local function listener() end
        signal:on("abort", listener)
        signal:off("abort", listener)
        return signal
      end))
      assert.is_true(collected(function()
        local any = AbortSignal.any({ AbortSignal.timeout(3600000) })
        any:once("abort", function() end)
        any:removeAllListeners()
        return any
      end))
    end)

    it("still tells those that listen", function()
      local heard = trace.new()
      local controller = AbortController()
      AbortSignal.timeout(5):on("abort", heard:adder("timeout"))
      AbortSignal.any({ AbortSignal.timeout(5) }):on("abort", heard:adder("any timeout"))
      AbortSignal.any({ controller.signal }):once("abort", heard:adder("any"))
      collectgarbage()
      collectgarbage()
      controller:abort()
      within.reached(5, function() return #heard.list == 3 end)
      assert.equal("any", heard.list[1])
      assert.equal(1, heard:count("timeout"))
      assert.equal(1, heard:count("any timeout"))
    end)
  end)
end)

if work.counted then
  describe("The work of a signal that lives long is in proportion to", function()
    after_each(within.clean)

    -- A new signal that n others depend on, or n sockets, again and again.
    local function linear(what, run)
      it(what, function()
        work.isLinear(function(n)
          local controller = AbortController()
          controller.signal:setMaxListeners(0)
          run(controller, controller.signal, n)
          assert.equal(0, controller.signal:listenerCount("abort"))
        end, 200)
      end)
    end

    linear("its listeners that come and go", function(_, signal, n)
      local list = {}
      for i = 1, n do
        list[i] = function() end
        signal:on("abort", list[i])
      end
      for i = 1, n do signal:off("abort", list[i]) end
    end)

    linear("its sockets that are closed before it is aborted", function(_, signal, n)
      for _ = 1, n do net.Socket({ signal = signal }):destroy() end
      within.run(5)
    end)

    linear("the signals of any that are listened to for a while", function(controller, signal, n)
      local list, heard = {}, 0
      local function count() heard = heard + 1 end
      for i = 1, n do
        list[i] = AbortSignal.any({ signal })
        list[i]:on("abort", count)
      end
      for i = 1, n do list[i]:off("abort", count):on("abort", count) end
      controller:abort()
      assert.equal(n, heard)
    end)

    linear("the listeners of a signal of any, whatever its sources", function(_, _, n)
      local sources = {}
      for i = 1, n do sources[i] = AbortController().signal end
      local any = AbortSignal.any(sources):setMaxListeners(0)
      local list = {}
      for i = 1, n do
        list[i] = function() end
        any:on("abort", list[i])
      end
      for i = 1, n do any:off("abort", list[i]) end
    end)
  end)
end
