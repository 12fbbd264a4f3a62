--- Which listeners and which events an emitter has: removing all, listing, counting, naming.
local emitters = require("spec.support.emitters")
local events = require("lnet.events")
local programs = require("spec.support.programs")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local function ignore() end

for maker, make in pairs(emitters) do
  describe("the emitter " .. maker, function()
    local emitter

    before_each(function() emitter = make() end)
    after_each(within.clean)

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
  end)
end

describe("The name of an event", function()
  for maker, make in pairs(emitters) do
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

describe("removeAllListeners", function()
  it("ends when a listener of 'removeListener' adds again what was removed", function()
    programs.prints("2\n", [[
      local socket = net.Socket()
      socket:on("tick", print):on("tick", print)
      socket:on("removeListener", function(event, listener) socket:on(event, listener) end)
      socket:removeAllListeners("tick")
      print(socket:listenerCount("tick"))
    ]])
  end)
end)
