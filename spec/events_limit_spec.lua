--- setMaxListeners, and the warning when an event has more listeners than that.
local child = require("spec.support.child")
local emitters = require("spec.support.emitters")
local raised = require("spec.support.raised")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

local function ignore() end

for maker, make in pairs(emitters) do
  describe("the emitter " .. maker, function()
    local emitter

    before_each(function() emitter = make() end)
    after_each(within.clean)

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

    it("keeps a single listener when the limit is set behind it", function()
      emitter:on("drain", ignore)
      emitter:setMaxListeners(3)
      assert.equal(3, emitter:getMaxListeners())
      assert.same({ ignore }, emitter:listeners("drain"))
      emitter:off("drain", ignore)
      assert.equal(0, emitter:listenerCount("drain"))
      assert.equal(3, emitter:getMaxListeners())
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
