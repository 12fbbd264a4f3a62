local child = require("spec.support.child")
local emitters = require("spec.support.emitters")
local events = require("lnet.events")
local net = require("lnet")
local raised = require("spec.support.raised")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local function ignore() end

describe("events.EventEmitter", function()
  it("is a class: called, or through new, it makes an emitter", function()
    local heard = 0
    for _, emitter in ipairs({ events.EventEmitter(), events.EventEmitter.new() }) do
      emitter:on("x", function() heard = heard + 1 end)
      emitter:emit("x")
    end
    assert.equal(2, heard)
  end)

  it("gives its methods to a table that inherits from it", function()
    local Door = setmetatable({}, { __index = events.EventEmitter })
    Door.__index = Door
    local door, other = setmetatable({}, Door), setmetatable({}, Door)
    local opened = {}
    door:on("open", function(who) opened[#opened + 1] = who end)
    assert.is_true(door:emit("open", "Ann"))
    assert.is_false(other:emit("open", "Bob"))
    assert.same({ "Ann" }, opened)
  end)

  it("leaves the user's own fields alone", function()
    local emitter = events.EventEmitter()
    emitter.colour = "red"
    emitter:on("x", ignore)
    emitter:emit("x")
    assert.equal("red", emitter.colour)
  end)
end)

for maker, make in pairs(emitters) do
  describe("the emitter " .. maker, function()
    local emitter

    before_each(function() emitter = make() end)
    after_each(within.clean)

    describe("on", function()
      it("calls the listener at each emit, with the arguments given", function()
        local calls = {}
        emitter:on("x", function(...) calls[#calls + 1] = table.pack(...) end)
        emitter:emit("x", 1, nil, "three", nil)
        emitter:emit("x")
        assert.equal(2, #calls)
        assert.same({ n = 4, 1, nil, "three", nil }, calls[1])
        assert.same({ n = 0 }, calls[2])
      end)

      it("calls listeners in the order in which they were added", function()
        local log = trace.new()
        emitter:on("x", log:adder("first"))
        emitter:on("x", log:adder("second"))
        emitter:on("x", log:adder("third"))
        emitter:emit("x")
        assert.same({ "first", "second", "third" }, log.list)
      end)

      it("calls a listener as often as it was added", function()
        local calls = 0
        local function listener() calls = calls + 1 end
        emitter:on("x", listener):on("x", listener)
        emitter:emit("x")
        assert.equal(2, calls)
      end)

      it("is addListener too", function()
        local calls = 0
        emitter:addListener("x", function() calls = calls + 1 end)
        emitter:emit("x")
        assert.equal(1, calls)
      end)

      it("refuses a listener that is no function, and adds nothing", function()
        for _, wrong in ipairs({ "text", 1, {}, true }) do
          local err = raised("ERR_INVALID_ARG_TYPE", emitter.on, emitter, "x", wrong)
          assert.equal("TypeError", err.name)
          assert.matches('^The "listener" argument must be of type function%. ', err.message)
        end
        local err = raised("ERR_INVALID_ARG_TYPE", emitter.on, emitter, "x")
        assert.equal('The "listener" argument must be of type function. Received nil', err.message)
        assert.equal(0, emitter:listenerCount("x"))
      end)

      it("passes tables and functions as they are", function()
        local sent, got = { 1 }, nil
        emitter:on("x", function(value, fn) got = { value, fn } end)
        emitter:emit("x", sent, ignore)
        assert.equal(sent, got[1])
        assert.equal(ignore, got[2])
      end)
    end)

    describe("emit", function()
      it("answers whether anyone listened", function()
        assert.is_false(emitter:emit("x"))
        emitter:on("x", ignore)
        assert.is_true(emitter:emit("x"))
        emitter:off("x", ignore)
        assert.is_false(emitter:emit("x"))
      end)

      it("gives an event still to a listener that is removed meanwhile", function()
        local log = trace.new()
        local second = log:adder("second")
        emitter:on("x", function()
          log:add("first")
          emitter:off("x", second)
        end)
        emitter:on("x", second)
        emitter:emit("x")
        assert.same({ "first", "second" }, log.list)
        emitter:emit("x")
        assert.same({ "first", "second", "first" }, log.list)
      end)

      it("gives an event still to listeners when all are removed meanwhile", function()
        local log = trace.new()
        emitter:on("x", function() emitter:removeAllListeners("x") end)
        emitter:on("x", log:adder("second"))
        emitter:emit("x")
        assert.same({ "second" }, log.list)
        assert.is_false(emitter:emit("x"))
      end)

      it("does not give an event to a listener that is added meanwhile", function()
        local late = 0
        local function listener() late = late + 1 end
        emitter:once("x", function() emitter:on("x", listener) end)
        emitter:emit("x")
        assert.equal(0, late)
        emitter:emit("x")
        assert.equal(1, late)
      end)

      it("may be called by a listener of the same event", function()
        local log, depth = trace.new(), 0
        emitter:on("x", function()
          depth = depth + 1
          log:add("in " .. depth)
          if depth < 3 then emitter:emit("x") end
          log:add("out " .. depth)
          depth = depth - 1
        end)
        emitter:emit("x")
        assert.same({ "in 1", "in 2", "in 3", "out 3", "out 2", "out 1" }, log.list)
      end)

      it("raises what a listener raises, and skips the listeners after it", function()
        local log, thrown = trace.new(), { message = "my own" }
        emitter:on("x", log:adder("first"))
        emitter:on("x", function() error(thrown) end)
        emitter:on("x", log:adder("third"))
        local ok, err = pcall(emitter.emit, emitter, "x")
        assert.is_false(ok)
        assert.equal(thrown, err)
        assert.same({ "first" }, log.list)
        assert.equal(3, emitter:listenerCount("x"))
      end)

      it("keeps events apart by name", function()
        local log = trace.new()
        emitter:on("x", log:adder("x"))
        emitter:on("X", log:adder("X"))
        emitter:on("", log:adder("empty"))
        emitter:emit("X")
        emitter:emit("")
        emitter:emit("x")
        assert.same({ "X", "empty", "x" }, log.list)
      end)

      it("calls more listeners than Node warns about", function()
        local calls = 0
        for _ = 1, 100 do
          emitter:on("x", function() calls = calls + 1 end)
        end
        emitter:emit("x")
        assert.equal(100, calls)
      end)
    end)

    describe("once", function()
      it("calls the listener for one event only", function()
        local calls = {}
        emitter:once("x", function(value) calls[#calls + 1] = value end)
        assert.is_true(emitter:emit("x", 1))
        assert.is_false(emitter:emit("x", 2))
        assert.same({ 1 }, calls)
      end)

      it("removes the listener before it is called", function()
        local left, calls = nil, 0
        emitter:once("x", function()
          calls = calls + 1
          left = emitter:listenerCount("x")
          emitter:emit("x")
        end)
        emitter:emit("x")
        assert.equal(0, left)
        assert.equal(1, calls)
      end)

      it("is undone by off with the same function", function()
        local calls = 0
        local function listener() calls = calls + 1 end
        emitter:once("x", listener)
        emitter:off("x", listener)
        assert.is_false(emitter:emit("x"))
        assert.equal(0, calls)
      end)

      it("removes the listener even when that raises", function()
        emitter:once("x", function() error({ message = "once" }) end)
        local ok, err = pcall(emitter.emit, emitter, "x")
        assert.is_false(ok)
        assert.equal("once", err.message)
        assert.is_false(emitter:emit("x"))
      end)

      it("refuses a listener that is no function", function()
        local err = raised("ERR_INVALID_ARG_TYPE", emitter.once, emitter, "x", nil)
        assert.equal('The "listener" argument must be of type function. Received nil', err.message)
      end)
    end)

    describe("off", function()
      it("removes one of several equal listeners, the one added last", function()
        local log = trace.new()
        local twice = log:adder("twice")
        emitter:on("x", twice)
        emitter:on("x", log:adder("between"))
        emitter:on("x", twice)
        emitter:off("x", twice)
        emitter:emit("x")
        assert.same({ "twice", "between" }, log.list)
      end)

      it("does nothing for what was never added", function()
        emitter:on("x", ignore)
        assert.equal(emitter, emitter:off("x", print))
        assert.equal(emitter, emitter:off("y", ignore))
        assert.equal(1, emitter:listenerCount("x"))
      end)

      it("is removeListener too", function()
        emitter:on("x", ignore)
        emitter:removeListener("x", ignore)
        assert.is_false(emitter:emit("x"))
      end)

      it("refuses a listener that is no function", function()
        emitter:on("x", ignore)
        local err = raised("ERR_INVALID_ARG_TYPE", emitter.off, emitter, "x", nil)
        assert.equal('The "listener" argument must be of type function. Received nil', err.message)
        assert.equal(1, emitter:listenerCount("x"))
      end)
    end)

    describe("prependListener", function()
      it("puts a listener before the others", function()
        local log = trace.new()
        emitter:on("x", log:adder("on"))
        emitter:prependListener("x", log:adder("prepended"))
        emitter:prependListener("x", log:adder("prepended later"))
        emitter:emit("x")
        assert.same({ "prepended later", "prepended", "on" }, log.list)
      end)

      it("refuses a listener that is no function", function()
        raised("ERR_INVALID_ARG_TYPE", emitter.prependListener, emitter, "x", 1)
        assert.equal(0, emitter:listenerCount("x"))
      end)
    end)

    describe("prependOnceListener", function()
      it("puts a listener before the others, for one event", function()
        local log = trace.new()
        emitter:on("x", log:adder("on"))
        emitter:prependOnceListener("x", log:adder("prepended"))
        emitter:emit("x")
        emitter:emit("x")
        assert.same({ "prepended", "on", "on" }, log.list)
      end)

      it("refuses a listener that is no function", function()
        raised("ERR_INVALID_ARG_TYPE", emitter.prependOnceListener, emitter, "x", 1)
        assert.equal(0, emitter:listenerCount("x"))
      end)
    end)

    it("answers itself from each method that adds or removes", function()
      assert.equal(emitter, emitter:on("x", ignore))
      assert.equal(emitter, emitter:addListener("x", ignore))
      assert.equal(emitter, emitter:once("x", ignore))
      assert.equal(emitter, emitter:prependListener("x", ignore))
      assert.equal(emitter, emitter:prependOnceListener("x", ignore))
      assert.equal(emitter, emitter:off("x", ignore))
      assert.equal(emitter, emitter:removeListener("x", ignore))
      assert.equal(emitter, emitter:removeAllListeners("x"))
      assert.equal(emitter, emitter:removeAllListeners())
      assert.equal(emitter, emitter:setMaxListeners(20))
    end)

    describe("an 'error' that nobody listens to", function()
      it("raises the error object as it is", function()
        local thrown = { message = "my own" }
        local ok, err = pcall(emitter.emit, emitter, "error", thrown)
        assert.is_false(ok)
        assert.equal(thrown, err)
      end)

      it("raises ERR_UNHANDLED_ERROR for another value", function()
        local err = raised("ERR_UNHANDLED_ERROR", emitter.emit, emitter, "error", "text")
        assert.equal("Error", err.name)
        assert.equal("Unhandled error. ('text')", err.message)
        err = raised("ERR_UNHANDLED_ERROR", emitter.emit, emitter, "error", 42)
        assert.equal("Unhandled error. (42)", err.message)
        err = raised("ERR_UNHANDLED_ERROR", emitter.emit, emitter, "error")
        assert.equal("Unhandled error. (nil)", err.message)
      end)

      it("is an event as any other once somebody listens", function()
        local got = {}
        emitter:on("error", function(value) got[#got + 1] = value end)
        assert.is_true(emitter:emit("error", "text"))
        assert.same({ "text" }, got)
      end)
    end)
  end)
end

describe("A method of an emitter that is called with a dot", function()
  local calls = {
    ["socket.on"] = function() net.Socket().on("x", ignore) end,
    ["server.once"] = function() net.Server().once("x", ignore) end,
    ["emitter.emit"] = function() events.EventEmitter().emit("x", 1) end,
    ["emitter.emit()"] = function() events.EventEmitter().emit() end,
    ["emitter.off"] = function() events.EventEmitter().off(ignore) end,
    ["EventEmitter.on"] = function() events.EventEmitter.on(nil, "x", ignore) end,
    ["EventEmitter.eventNames"] = function() events.EventEmitter.eventNames(5) end,
    ["EventEmitter.getMaxListeners"] = function() events.EventEmitter.getMaxListeners(true) end,
    ["EventEmitter.setMaxListeners"] = function() events.EventEmitter.setMaxListeners(5) end,
    ["EventEmitter.listeners"] = function() events.EventEmitter.listeners(print, "x") end,
    ["signal.on"] = function() net.AbortController().signal.on("abort", ignore) end,
  }

  it("says so, at the line of the call", function()
    for name, call in pairs(calls) do
      local line = debug.getinfo(call, "S").linedefined
      local err = raised("ERR_INVALID_THIS", call)
      assert.equal("TypeError", err.name)
      local class = name == "signal.on" and "AbortSignal" or "EventEmitter"
      assert.matches('^Value of "this" must be of type ' .. class, err.message)
      assert.matches("colon", err.message, 1, true)
      local first = err.stack:match("events_spec%.lua:(%d+)")
      assert.equal(tostring(line), first, name)
      assert.is_nil(err.stack:find("lua/lnet/", 1, true), name)
    end
  end)
end)

describe("An emitter at the end of the state", function()
  it("answers or raises, and leaves no memory behind", function()
    -- The finalizers of what is older than the loop run when that is gone.
    local result = child.program([[
      local log = {}
      local late = setmetatable({}, { __gc = function(self)
        for name, emitter in pairs(self) do
          for _, method in ipairs({ "on", "once", "off", "prependListener", "emit",
            "removeAllListeners", "listeners", "listenerCount", "eventNames", "setMaxListeners",
            "getMaxListeners" }) do
            for _, event in ipairs({ "data", "readable", "end", "x", "connection" }) do
              local first = method == "setMaxListeners" and 5 or event
              local ok, err = pcall(emitter[method], emitter, first, function() end)
              local closed = tostring(err):find("the loop of this state is closed", 1, true)
              if not ok and (not closed or name == "table") then print(name, method, err) end
            end
          end
        end
        print("done")
      end })
      local net = require("lnet")
      late.socket = net.Socket()
      late.server = net.Server()
      late.table = require("lnet.events").EventEmitter()
      late.used = net.connect({ port = 1, host = "127.0.0.1" }):on("error", function() end)
      late.used:on("data", function() end):pipe(late.socket)
      net.run()
    ]]):wait()
    assert.equal("", result.err)
    assert.equal("done\n", result.out)
    assert.equal(0, result.code)
  end)
end)

describe("An emit with more arguments than fit on Lua's stack", function()
  for maker, make in pairs(emitters) do
    it("raises, and the next one is as any other, of " .. maker, function()
      local emitter, calls, last = make(), 0, nil
      local many = {}
      for i = 1, 700000 do many[i] = i end
      local function count(...)
        calls = calls + 1
        last = select("#", ...)
      end
      emitter:on("x", count):once("x", count)
      local ok, err = pcall(emitter.emit, emitter, "x", table.unpack(many))
      assert.is_false(ok)
      assert.matches("too many arguments", tostring(err), 1, true)
      assert.is_true(emitter:emit("x", table.unpack(many, 1, 200000)))
      assert.equal(200000, last)
      assert.equal(2, calls)
      assert.is_true(emitter:emit("x"))
      assert.equal(3, calls)
    end)
  end
end)
