--- Emitters with many events, and events with many listeners: the same order and the same answers
-- as with few, work in proportion to how many there are, and memory given back.
local events = require("lnet.events")
local net = require("lnet")
local within = require("spec.support.within")
local work = require("spec.support.work")

local MANY = 500

local function ignore() end

local makers = {
  ["events.EventEmitter()"] = function() return events.EventEmitter() end,
  ["net.Socket()"] = function() return net.Socket() end,
  ["net.Server()"] = function() return net.Server() end,
}

-- Functions that differ, with their numbers.
local function functions(n, call)
  local list = {}
  for i = 1, n do list[i] = function(...) return call(i, ...) end end
  return list
end

-- The numbers from 1 to n in an order that has nothing to do with theirs, always the same.
local function shuffled(n)
  local list, state = {}, 1
  for i = 1, n do list[i] = i end
  for i = n, 2, -1 do
    state = (state * 1103515245 + 12345) % 2147483648
    local j = state % i + 1
    list[i], list[j] = list[j], list[i]
  end
  return list
end

-- Node's emitter in the plainest words: names in order, each with its listeners in order.
local function model()
  local self = { names = {}, lists = {} }
  local function forget(name)
    self.lists[name] = nil
    for i, each in ipairs(self.names) do
      if each == name then
        table.remove(self.names, i)
        break
      end
    end
  end
  function self.add(name, fn, front)
    if not self.lists[name] then
      self.lists[name] = {}
      self.names[#self.names + 1] = name
    end
    table.insert(self.lists[name], front and 1 or #self.lists[name] + 1, fn)
  end
  function self.remove(name, fn)
    local list = self.lists[name] or {}
    for i = #list, 1, -1 do
      if list[i] == fn then
        table.remove(list, i)
        break
      end
    end
    if #list == 0 and self.lists[name] then forget(name) end
  end
  self.forget = forget
  return self
end

-- Bytes that are in use after all that nobody refers to is gone.
local function used()
  collectgarbage()
  collectgarbage()
  return collectgarbage("count") * 1024
end

for maker, make in pairs(makers) do
  describe("many events of " .. maker, function()
    local emitter, own

    before_each(function()
      emitter = make():setMaxListeners(0)
      own = #emitter:eventNames() -- a socket's 'end'
    end)
    after_each(within.clean)

    local function names() return { table.unpack(emitter:eventNames(), own + 1) } end

    it("are named in the order of coming, those of lnet's own among them", function()
      local expected = {}
      for i = 1, MANY do
        local name = i == 20 and "data" or i == 300 and "connection" or i == 400 and "close"
          or "reply " .. i
        expected[i] = name
        emitter:on(name, ignore)
      end
      assert.same(expected, names())
    end)

    it("name one at the end that has lost its listeners and gets one again", function()
      for i = 1, MANY do emitter:on("reply " .. i, ignore) end
      for _, name in ipairs({ "data", "connection" }) do emitter:on(name, ignore) end
      for _, name in ipairs({ "reply 7", "data", "connection" }) do
        emitter:off(name, ignore):on(name, ignore)
        local list = names()
        assert.equal(name, list[#list])
        assert.equal(MANY + 2, #list)
      end
    end)

    it("are each told, once each", function()
      local told = {}
      for i = 1, MANY do
        emitter:once("reply " .. i, function(value) told[#told + 1] = { i, value } end)
      end
      for _, i in ipairs(shuffled(MANY)) do
        assert.is_true(emitter:emit("reply " .. i, -i))
        assert.is_false(emitter:emit("reply " .. i, -i))
        assert.equal(-i, told[#told][2])
      end
      assert.equal(MANY, #told)
      assert.same({}, names())
    end)

    it("go one by one or all at once, and 'removeListener' tells of each", function()
      local told = {}
      for i = 1, MANY do emitter:on("reply " .. i, ignore) end
      emitter:on("removeListener", function(name) told[#told + 1] = name end)
      emitter:removeAllListeners("reply 3")
      assert.same({ "reply 3" }, told)
      emitter:removeAllListeners()
      assert.equal(MANY, #told)
      assert.equal("reply " .. MANY, told[MANY])
      assert.same({}, emitter:eventNames())
    end)

    it("tell 'removeListener' which listener went, few or many, added with on or once", function()
      for _, count in ipairs({ 1, 2, 16, 17, MANY }) do
        local list, told = functions(count, ignore), {}
        for i = 1, count do
          emitter[i % 2 == 0 and "on" or "once"](emitter, "reply " .. i, list[i])
        end
        emitter:on("removeListener", function(name, listener) told[name] = listener end)
        for _, i in ipairs(shuffled(count)) do
          local name = "reply " .. i
          emitter:off(name, list[i])
          assert.equal(list[i], told[name], ("%d of %d"):format(i, count))
        end
        emitter:removeAllListeners()
      end
    end)

    it("give their memory back", function()
      emitter:on("x", ignore):off("x", ignore)
      local name = {}
      for i = 1, 4 * MANY do name[i] = "reply " .. i end
      local before = used()
      for i = 1, 4 * MANY do emitter:on(name[i], ignore) end
      local full = used() - before
      for i = 1, 4 * MANY - 5 do emitter:off(name[i], ignore) end
      local few = used() - before
      emitter:removeAllListeners()
      local none = used() - before
      assert.is_true(full > 4 * MANY * 16, "they took memory: " .. full)
      assert.is_true(few < full / 20, ("%d bytes of %d are left for five"):format(few, full))
      assert.is_true(none < full / 50, ("%d bytes of %d are left for none"):format(none, full))
    end)
  end)

  describe("many listeners of an event of " .. maker, function()
    local emitter

    before_each(function() emitter = make():setMaxListeners(0) end)
    after_each(within.clean)

    for _, event in ipairs({ "x", "data", "close" }) do
      it("are called in their order, also '" .. event .. "' with prepended ones", function()
        local calls = {}
        local list = functions(MANY, function(i) calls[#calls + 1] = i end)
        for i = 1, MANY do
          if i % 2 == 0 then
            emitter:on(event, list[i])
          else
            emitter:prependListener(event, list[i])
          end
        end
        emitter:emit(event)
        local expected = {}
        for i = MANY - 1, 1, -2 do expected[#expected + 1] = i end
        for i = 2, MANY, 2 do expected[#expected + 1] = i end
        assert.same(expected, calls)
        assert.equal(MANY, emitter:listenerCount(event))
        assert.equal(1, emitter:listenerCount(event, list[17]))
        assert.equal(MANY, #emitter:listeners(event))
        assert.equal(list[MANY - 1], emitter:listeners(event)[1])
      end)
    end

    it("that once added are called once, in their order, and gone before", function()
      local calls = {}
      for i = 1, MANY do
        emitter:once("x", function()
          calls[#calls + 1] = i
          assert.equal(MANY - i, emitter:listenerCount("x"))
        end)
      end
      emitter:emit("x")
      assert.equal(MANY, #calls)
      for i, each in ipairs(calls) do assert.equal(i, each) end
      assert.is_false(emitter:emit("x"))
    end)

    it("get an event still when they are removed meanwhile, not when they are added", function()
      local calls = 0
      local function count() calls = calls + 1 end
      emitter:on("x", function()
        for _ = 1, MANY do emitter:off("x", count) end
        for _ = 1, MANY do emitter:prependListener("x", count) end
      end)
      for _ = 1, MANY do emitter:on("x", count) end
      emitter:emit("x")
      assert.equal(MANY, calls)
    end)

    it("lose the one added last of equal ones", function()
      local calls = {}
      local list = functions(MANY, function(i) calls[#calls + 1] = i end)
      for _ = 1, 2 do
        for i = 1, MANY do emitter:on("x", list[i]) end
      end
      emitter:off("x", list[1]):prependListener("x", list[2]):off("x", list[2]):emit("x")
      local expected = { 2 }
      for i = 1, MANY do expected[#expected + 1] = i end
      for i = 3, MANY do expected[#expected + 1] = i end
      assert.same(expected, calls)
    end)

    it("go by the function, by the wrapper of once, and by what listeners() gives", function()
      local list = functions(MANY, ignore)
      for i = 1, MANY do emitter:once("x", list[i]) end
      emitter:off("x", list[5])
      emitter:off("x", emitter:rawListeners("x")[1])
      emitter:off("x", emitter:listeners("x")[1])
      assert.equal(MANY - 3, emitter:listenerCount("x"))
      assert.equal(list[3], emitter:listeners("x")[1])
      assert.equal(list[6], emitter:listeners("x")[3])
      assert.equal(0, emitter:listenerCount("x", list[5]))
    end)

    it("raise what one of them raises, and stay", function()
      local calls = 0
      for i = 1, MANY do
        emitter:on("x", function()
          calls = calls + 1
          if i == 100 then error({ message = "number 100" }) end
        end)
      end
      local ok, err = pcall(emitter.emit, emitter, "x")
      assert.is_false(ok)
      assert.equal("number 100", err.message)
      assert.equal(100, calls)
      assert.equal(MANY, emitter:listenerCount("x"))
    end)

    it("may be more than fit on Lua's stack", function()
      local calls = 0
      local function count() calls = calls + 1 end
      for _ = 1, 1100000 do emitter:on("x", count) end
      emitter:emit("x")
      assert.equal(1100000, calls)
    end)

    it("give their memory back", function()
      local list = functions(4 * MANY, ignore)
      local before = used()
      for i = 1, 4 * MANY do emitter:on("x", list[i]) end
      local full = used() - before
      for i = 1, 4 * MANY - 5 do emitter:off("x", list[i]) end
      local few = used() - before
      emitter:removeAllListeners()
      local none = used() - before
      assert.is_true(full > 4 * MANY * 16, "they took memory: " .. full)
      assert.is_true(few < full / 20, ("%d bytes of %d are left for five"):format(few, full))
      assert.is_true(none < full / 50, ("%d bytes of %d are left for none"):format(none, full))
    end)
  end)

  describe("a finalizer that alters " .. maker .. " while memory is taken", function()
    after_each(function()
      collectgarbage("restart")
      within.clean()
    end)

    it("loses nothing and leaves nothing behind", function()
      local emitter, alive = make():setMaxListeners(0), true
      local own = #emitter:eventNames()
      local list = functions(40, ignore)
      local known = { "data", "connection", "close", "drain" }
      local state, count = 7, 0
      local function random(n)
        state = (state * 1103515245 + 12345) % 2147483648
        return state // 8 % n + 1
      end
      local function name(at) return known[at] or "reply " .. at end
      local busy = false
      local function alter()
        local each, fn = name(random(40)), list[random(40)]
        if random(5) <= 3 then
          emitter:on(each, fn)
          count = count + 1
        else
          count = count - emitter:listenerCount(each)
          emitter:removeAllListeners(each)
        end
      end
      local function sentinel()
        setmetatable({}, {
          __gc = function()
            if not alive then return end
            if not busy then
              busy = true
              alter()
              busy = false
            end
            sentinel()
          end,
        })
      end
      local pause = collectgarbage("incremental", 1, 10000, 1)
      sentinel()
      for _ = 1, 3000 do
        emitter:on(name(random(40)), list[random(40)])
        count = count + 1
        if random(100) == 1 then
          busy = true
          for at = 1, 40 do emitter:removeAllListeners(name(at)) end
          busy, count = false, 0
        end
      end
      alive = false
      collectgarbage(pause)
      collectgarbage("incremental", 200, 100, 13)
      local all = 0
      for i, each in ipairs(emitter:eventNames()) do
        if i > own then all = all + emitter:listenerCount(each) end
      end
      assert.equal(count, all)
      for at = 1, 40 do emitter:removeAllListeners(name(at)) end
      assert.equal(own, #emitter:eventNames())
    end)
  end)

  describe("events and listeners of " .. maker .. " that come and go", function()
    after_each(within.clean)

    it("are those of a plain list, whatever their number", function()
      local emitter, plain, state = make():setMaxListeners(0), model(), 42
      local own = #emitter:eventNames()
      local list = functions(60, ignore)
      local known = { "data", "connection", "close", "error", "drain" }
      local function random(n)
        state = (state * 1103515245 + 12345) % 2147483648
        return state // 8 % n + 1
      end
      local function compare()
        assert.same(plain.names, { table.unpack(emitter:eventNames(), own + 1) })
        for _, name in ipairs(plain.names) do
          assert.same(plain.lists[name], emitter:listeners(name))
        end
      end
      for step = 1, 12000 do
        -- Now many of both, now few: the tables grow and shrink, again and again.
        local growing = step // 1500 % 2 == 0
        local at = random(random(2) == 1 and 60 or 3)
        local name, fn = known[at] or "reply " .. at, list[random(60)]
        local what = random(100)
        if what == 1 and not growing then
          emitter:removeAllListeners(name)
          plain.forget(name)
        elseif what <= (growing and 30 or 85) then
          emitter:off(name, fn)
          plain.remove(name, fn)
        elseif what <= 90 then
          emitter:on(name, fn)
          plain.add(name, fn)
        else
          emitter:prependListener(name, fn)
          plain.add(name, fn, true)
        end
        if step % 500 == 0 then compare() end
      end
    end)
  end)

  if work.counted then
    describe("the work of " .. maker .. " is in proportion to", function()
      after_each(within.clean)

      local function linear(what, run)
        it(what, function()
          work.isLinear(function(n) run(make():setMaxListeners(0), n) end, MANY)
        end)
      end

      linear("its events, when each is heard once", function(emitter, n)
        for i = 1, n do emitter:once("reply " .. i, ignore) end
        for i = 1, n do emitter:emit("reply " .. i) end
      end)

      linear("its events, when they come and go among many", function(emitter, n)
        for i = 1, n do emitter:on("reply " .. i, ignore) end
        for i = 1, n do emitter:off("reply " .. i, ignore):on("again " .. i, ignore) end
        for i = n, 1, -1 do emitter:off("again " .. i, ignore) end
      end)

      linear("its events, when it names and removes all", function(emitter, n)
        emitter:on("removeListener", ignore)
        for i = 1, n do emitter:on("reply " .. i, ignore) end
        assert.is_true(#emitter:eventNames() > n)
        emitter:removeAllListeners()
      end)

      for _, event in ipairs({ "x", "data" }) do
        linear("its listeners of '" .. event .. "' that are called once", function(emitter, n)
          for _ = 1, n do emitter:once(event, ignore) end
          emitter:emit(event)
        end)

        linear("its listeners of '" .. event .. "', removed in any order", function(emitter, n)
          for _, order in ipairs({ "first", "last", "any" }) do
            local list, mixed = functions(n, ignore), shuffled(n)
            for i = 1, n do emitter:on(event, list[i]) end
            for i = 1, n do
              local at = order == "first" and i or order == "last" and n + 1 - i or mixed[i]
              emitter:off(event, list[at])
            end
            assert.equal(0, emitter:listenerCount(event))
          end
        end)
      end

      linear("its listeners, when they are prepended and counted", function(emitter, n)
        for i = 1, n do
          emitter:prependListener("x", ignore)
          assert.equal(i, emitter:listenerCount("x"))
        end
      end)

      linear("its listeners, when the same function is added and removed", function(emitter, n)
        for _ = 1, n do emitter:on("x", ignore):once("x", ignore) end
        for _ = 1, n do emitter:off("x", ignore) end
        emitter:emit("x")
      end)

      linear("its listeners, when 'removeListener' tells of each", function(emitter, n)
        local told = 0
        emitter:on("removeListener", function() told = told + 1 end)
        for _ = 1, n do emitter:on("x", ignore) end
        emitter:removeAllListeners("x")
        assert.equal(n, told)
      end)
    end)
  end
end
