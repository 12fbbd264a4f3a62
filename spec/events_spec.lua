local child = require("spec.support.child")
local events = require("lnet.events")
local net = require("lnet")
local temp = require("spec.support.temp")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local function ignore() end

-- The same must hold for every kind of emitter.
local makers = {
  ["events.EventEmitter()"] = function() return events.EventEmitter() end,
  ["net.Socket()"] = function() return net.Socket() end,
  ["net.Server()"] = function() return net.Server() end,
}

-- Runs `call`, which must raise an error object with this code; returns it.
local function raised(code, call, ...)
  local ok, err = pcall(call, ...)
  assert.is_false(ok)
  assert.equal("table", type(err))
  assert.equal(code, err.code)
  return err
end

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

for maker, make in pairs(makers) do
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
        assert.is_false((pcall(emitter.emit, emitter, "x")))
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

    describe("removeAllListeners", function()
      it("removes the listeners of one event", function()
        emitter:on("x", ignore):on("x", print):on("y", ignore)
        emitter:removeAllListeners("x")
        assert.equal(0, emitter:listenerCount("x"))
        assert.equal(1, emitter:listenerCount("y"))
      end)

      it("without a name removes the listeners of every event", function()
        emitter:on("x", ignore):on("y", ignore):on("removeListener", ignore)
        emitter:removeAllListeners()
        assert.same({}, emitter:eventNames())
      end)

      it("tells 'removeListener' of each, the last added first", function()
        local removed = {}
        local function other() end
        emitter:on("x", ignore):on("x", other)
        emitter:on("removeListener", function(name, fn) removed[#removed + 1] = { name, fn } end)
        emitter:removeAllListeners("x")
        assert.equal(2, #removed)
        assert.same({ "x", "x" }, { removed[1][1], removed[2][1] })
        assert.equal(other, removed[1][2])
        assert.equal(ignore, removed[2][2])
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

    describe("listeners", function()
      it("gives a sequence of the functions, those of once without their wrapper", function()
        emitter:on("x", ignore)
        emitter:once("x", print)
        local list = emitter:listeners("x")
        assert.equal(2, #list)
        assert.equal(ignore, list[1])
        assert.equal(print, list[2])
        assert.same({}, emitter:listeners("y"))
      end)

      it("gives a copy", function()
        emitter:on("x", ignore)
        emitter:listeners("x")[1] = nil
        assert.equal(1, emitter:listenerCount("x"))
      end)
    end)

    describe("rawListeners", function()
      it("gives those of on as they are", function()
        emitter:on("x", ignore)
        local list = emitter:rawListeners("x")
        assert.equal(1, #list)
        assert.equal(ignore, list[1])
        assert.same({}, emitter:rawListeners("y"))
      end)

      it("gives those of once with the wrapper, which calls them once", function()
        local calls = 0
        local function listener() calls = calls + 1 end
        emitter:once("x", listener)
        local wrapper = emitter:rawListeners("x")[1]
        assert.not_equal(listener, wrapper)
        wrapper()
        assert.equal(1, calls)
        assert.equal(0, emitter:listenerCount("x"))
      end)
    end)

    it("counts the listeners of an event, or how often one is among them", function()
      assert.equal(0, emitter:listenerCount("x"))
      emitter:on("x", ignore):once("x", ignore):on("x", print):on("y", ignore)
      assert.equal(3, emitter:listenerCount("x"))
      assert.equal(2, emitter:listenerCount("x", ignore))
      assert.equal(1, emitter:listenerCount("x", print))
    end)

    it("names its events in the order of their first listener", function()
      emitter:removeAllListeners() -- a socket has its own
      emitter:on("b", ignore):on("a", ignore):on("c", ignore):on("a", print)
      assert.same({ "b", "a", "c" }, emitter:eventNames())
      emitter:off("b", ignore)
      assert.same({ "a", "c" }, emitter:eventNames())
      emitter:on("b", ignore)
      assert.same({ "a", "c", "b" }, emitter:eventNames())
    end)

    it("keeps the number set as its maximum of listeners", function()
      assert.equal(10, emitter:getMaxListeners())
      emitter:setMaxListeners(1)
      assert.equal(1, emitter:getMaxListeners())
      emitter:setMaxListeners(0)
      assert.equal(0, emitter:getMaxListeners())
    end)

    it("refuses a maximum that is negative or no number", function()
      local err = raised("ERR_OUT_OF_RANGE", emitter.setMaxListeners, emitter, -1)
      assert.equal("RangeError", err.name)
      assert.equal(
        'The value of "setMaxListeners" is out of range. It must be >= 0. Received -1',
        err.message
      )
      err = raised("ERR_INVALID_ARG_TYPE", emitter.setMaxListeners, emitter, "3")
      assert.matches('^The "setMaxListeners" argument must be of type number%. ', err.message)
      assert.equal(10, emitter:getMaxListeners())
    end)

    describe("'newListener'", function()
      it("comes before the listener is there, with the event and the function", function()
        local seen = {}
        emitter:on("newListener", function(name, listener)
          seen[#seen + 1] = { name, listener, emitter:listenerCount(name) }
        end)
        emitter:on("x", ignore)
        assert.equal(1, #seen)
        assert.equal("x", seen[1][1])
        assert.equal(ignore, seen[1][2])
        assert.equal(0, seen[1][3])
      end)

      it("gives the function itself for once", function()
        local seen
        emitter:on("newListener", function(_, listener) seen = listener end)
        emitter:once("x", ignore)
        assert.equal(ignore, seen)
      end)

      it("does not come for itself", function()
        local names = {}
        emitter:on("newListener", function(name) names[#names + 1] = name end)
        emitter:on("newListener", function() end)
        assert.same({ "newListener" }, names)
      end)

      it("lets a listener add another that is called first", function()
        local log = trace.new()
        emitter:once("newListener", function(name) emitter:on(name, log:adder("slipped in")) end)
        emitter:on("x", log:adder("added"))
        emitter:emit("x")
        assert.same({ "slipped in", "added" }, log.list)
      end)
    end)

    describe("'removeListener'", function()
      it("comes after the listener is gone, with the event and the function", function()
        local seen = {}
        emitter:on("removeListener", function(name, listener)
          seen[#seen + 1] = { name, listener, emitter:listenerCount(name) }
        end)
        emitter:on("x", ignore)
        emitter:off("x", ignore)
        assert.equal(1, #seen)
        assert.equal("x", seen[1][1])
        assert.equal(ignore, seen[1][2])
        assert.equal(0, seen[1][3])
      end)

      it("comes when once has had its event, with the function itself", function()
        local seen = {}
        emitter:on("removeListener", function(...) seen[#seen + 1] = { ... } end)
        emitter:once("x", ignore)
        emitter:emit("x")
        assert.equal(1, #seen)
        assert.equal("x", seen[1][1])
        assert.equal(ignore, seen[1][2])
      end)

      it("does not come when nothing was removed", function()
        local calls = 0
        emitter:on("removeListener", function() calls = calls + 1 end)
        emitter:off("x", ignore)
        assert.equal(0, calls)
      end)
    end)

    it("keeps the names in the order of coming, whichever come and go", function()
      local own = #emitter:eventNames() -- a socket's own 'end'
      local function names() return table.concat(emitter:eventNames(), " ", own + 1) end
      local other = function() end
      emitter:on("error", ignore)
      emitter:on("error", other)
      assert.equal("error", names())
      assert.same({ ignore, other }, emitter:listeners("error"))
      emitter:off("error", ignore)
      emitter:on("data", ignore)
      emitter:on("connection", ignore)
      emitter:on("close", ignore)
      assert.equal("error data connection close", names())
      emitter:off("error", other)
      assert.equal("data connection close", names())
      emitter:removeAllListeners("connection")
      emitter:removeAllListeners("close")
      emitter:on("close", ignore)
      emitter:on("x", ignore)
      assert.equal("data close x", names())
      emitter:setMaxListeners(3)
      emitter:removeAllListeners("data")
      assert.equal("close x", names())
      assert.equal(3, emitter:getMaxListeners())
    end)

    it("may have listeners of more events than it counts in a byte", function()
      local own = #emitter:eventNames()
      local calls = 0
      local function count() calls = calls + 1 end
      for i = 1, 300 do
        emitter:on("event " .. i, count)
        if i == 280 then emitter:on("data", ignore) end
      end
      local seen = {}
      for _, name in ipairs(emitter:eventNames()) do
        assert.is_nil(seen[name])
        seen[name] = true
      end
      assert.equal(own + 301, #emitter:eventNames())
      for i = 1, 300 do
        assert.is_true(emitter:emit("event " .. i))
        emitter:off("event " .. i, count)
      end
      assert.equal(300, calls)
      assert.equal("data", table.concat(emitter:eventNames(), " ", own + 1))
      emitter:on("drain", ignore)
      assert.equal("data drain", table.concat(emitter:eventNames(), " ", own + 1))
    end)

    it("keeps a single listener when the limit is set behind it", function()
      emitter:on("drain", ignore)
      emitter:setMaxListeners(3)
      assert.equal(3, emitter:getMaxListeners())
      assert.same({ ignore }, emitter:listeners("drain"))
      emitter:off("drain", ignore)
      assert.equal(0, emitter:listenerCount("drain"))
      assert.equal(3, emitter:getMaxListeners())
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

-- What a program prints as warnings: lines without Lua's own beginning. `flag`: of the interpreter.
local function warnings(source, flag)
  local result = child.lua((flag or "-W") .. " " .. temp.file([[
    local net = require("lnet")
    local EventEmitter = require("lnet.events").EventEmitter
    local function f() end
    local function add(emitter, name, n)
      for _ = 1, n do emitter:on(name, f) end
      return emitter
    end
  ]] .. source)):wait()
  local list = {}
  for line in result.err:gmatch("[^\n]+") do
    list[#list + 1] = line:gsub("^Lua warning: MaxListenersExceededWarning: ", "")
  end
  assert.equal(0, result.code)
  assert.equal("", result.out)
  return list
end

-- Node's text.
local function leak(count, name, class, limit)
  return ("Possible EventEmitter memory leak detected. %d %s listeners added to [%s]. MaxListeners "
    .. "is %s. Use emitter.setMaxListeners() to increase limit"):format(count, name, class, limit)
end

describe("More listeners than setMaxListeners allows", function()
  it("are warned of once for each event, in Node's words", function()
    assert.same({
      leak(11, "data", "Socket", 10),
      leak(11, "x y", "Server", 10),
      leak(11, "x", "EventEmitter", 10),
      leak(11, "y", "EventEmitter", 10),
      leak(11, "abort", "AbortSignal", 10),
    }, warnings([[
      add(net.Socket(), "data", 30)
      add(net.Server(), "x y", 12)
      add(add(EventEmitter(), "x", 40), "y", 11)
      add(EventEmitter(), "x", 10)
      add(net.AbortController().signal, "abort", 12)
    ]]))
  end)

  it("count a socket's own listener of 'end'", function()
    assert.same({ leak(11, "end", "Socket", 10), leak(2, "end", "Socket", 1) }, warnings([[
      add(net.Socket(), "end", 9)
      add(net.Socket(), "end", 12)
      add(net.Socket():setMaxListeners(1), "end", 3)
    ]]))
  end)

  it("are counted against the emitter's own limit, where 0 is none", function()
    assert.same({
      leak(2, "a", "EventEmitter", 1),
      leak(3, "b", "EventEmitter", 2.5),
      leak(4, "c", "EventEmitter", 2),
    }, warnings([[
      local e = EventEmitter():setMaxListeners(1)
      add(e, "a", 3):setMaxListeners(2.5)
      add(e, "b", 3):setMaxListeners(0)
      add(e, "c", 3)
      add(e, "z", 50):setMaxListeners(math.huge)
      add(e, "y", 50):setMaxListeners(2.0)
      add(e, "c", 1)
    ]]))
  end)

  it("are warned of again once there was just one of them", function()
    local text = leak(11, "x", "EventEmitter", 10)
    assert.same({ text, text }, warnings([[
      local e = add(EventEmitter(), "x", 12)
      for _ = 1, 10 do e:off("x", f) end
      add(e, "x", 40)
      for _ = 1, 41 do e:off("x", f) end
      add(e, "x", 11)
    ]]))
  end)

  it("name a class of the user's by its metatable's __name, and an event by its text", function()
    assert.same({
      leak(11, "open", "Door", 10),
      leak(11, "a door", "Door", 10),
      leak(11, "7", "EventEmitter", 10),
    }, warnings([[
      local door = setmetatable({}, { __name = "Door", __index = EventEmitter })
      add(door, "open", 11)
      add(door, setmetatable({}, { __tostring = function() return "a door" end }), 11)
      add(setmetatable({}, { __index = EventEmitter }), 7.0, 11)
      local bad = setmetatable({}, { __tostring = function() error("no") end })
      add(door, bad, 11)
      assert(door:listenerCount(bad) == 11)
    ]]))
  end)

  it("say nothing while warnings are off, as they are by default", function()
    assert.same({}, warnings([[add(EventEmitter(), "x", 20)]], ""))
  end)
end)

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
      assert.matches('Value of "this" must be of type ' .. class .. ":", err.message, 1, true)
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

describe("The name of an event", function()
  for maker, make in pairs(makers) do
    it("is text where it is nil, a boolean or a number, of " .. maker, function()
      local emitter = make():removeAllListeners()
      local nan = 0 / 0
      for _, pair in ipairs({
        { true, "true" }, { false, "false" }, { 1, 1.0 }, { 1, "1" }, { -0.0, 0 }, { nan, -nan },
        { 2.5, "2.5" },
      }) do
        local heard = 0
        local function count() heard = heard + 1 end
        emitter:on(pair[1], count)
        assert.is_true(emitter:emit(pair[2]))
        assert.equal("string", type(emitter:eventNames()[1]))
        emitter:off(pair[2], count)
        assert.is_false(emitter:emit(pair[1]))
        assert.equal(1, heard)
      end
      emitter:on(nil, ignore)
      assert.same({ "nil" }, emitter:eventNames())
    end)

    it("is the value itself where it is anything else, of " .. maker, function()
      local emitter = make():removeAllListeners()
      local names = { {}, print, io.stdout, coroutine.create(ignore), "with\0zero" }
      for _, name in ipairs(names) do emitter:on(name, ignore) end
      assert.same(names, emitter:eventNames())
      for i = 1, 20 do emitter:on("reply " .. i, ignore) end
      for _, name in ipairs(names) do
        assert.is_true(emitter:emit(name))
        emitter:removeListener(name, ignore)
        assert.is_false(emitter:emit(name))
      end
      assert.equal(20, #emitter:eventNames())
      emitter:removeAllListeners()
    end)
  end
end)

describe("The tables that a user's emitter keeps its listeners in", function()
  it("may be altered in any way without harm", function()
    -- They are in the emitter under a key that pairs() shows.
    local values = { 0, 1, -1, 1 << 40, "x", false, {}, io.stdout, ignore, 2.5 }
    for n = 1, 40, 13 do
      for _, value in ipairs(values) do
        for depth = 1, 3 do
          local emitter = events.EventEmitter():setMaxListeners(0)
          for i = 1, n do emitter:on("reply " .. i, ignore) end
          for _ = 1, n do emitter:on("x", ignore) end
          local function alter(list, left)
            for key, inner in pairs(list) do
              if left > 1 and type(inner) == "table" then
                alter(inner, left - 1)
              elseif left == 1 then
                list[key] = value
              end
            end
          end
          for _, list in pairs(emitter) do
            if type(list) == "table" then alter(list, depth) end
          end
          for _, method in ipairs({ "emit", "on", "off", "listenerCount", "rawListeners" }) do
            pcall(emitter[method], emitter, "x", ignore)
            pcall(emitter[method], emitter, "reply 1", ignore)
          end
          local ok, raw = pcall(emitter.rawListeners, emitter, "x")
          for _, each in ipairs(ok and raw or {}) do pcall(each) end
          pcall(emitter.eventNames, emitter)
          pcall(emitter.removeAllListeners, emitter)
        end
      end
    end
  end)

  it("may be taken from another emitter", function()
    local emitter, other = events.EventEmitter(), events.EventEmitter()
    emitter:setMaxListeners(0)
    for i = 1, 100 do emitter:on("reply " .. i, ignore):on("x", ignore) end
    for key, value in pairs(emitter) do rawset(other, key, value) end
    other:removeAllListeners("x")
    for i = 1, 100 do other:off("reply " .. i, ignore) end
    assert.same({}, emitter:eventNames())
    emitter:on("x", ignore)
    assert.same({ "x" }, other:eventNames())
  end)
end)

describe("An emit with more arguments than fit on Lua's stack", function()
  for maker, make in pairs(makers) do
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
