--- Small writes are gathered and leave with one call of the system; cork holds all writes back.
-- What a listener or a callback does in between must not show in the bytes.
local collect = require("spec.support.collect")
local net = require("lnet")
local pair = require("spec.support.pair")
local pattern = require("spec.support.pattern")
local programs = require("spec.support.programs")
local timers = require("lnet.timers")
local within = require("spec.support.within")

local MORE = 8 << 20 -- bytes; more than the kernel keeps for one connection
local LARGE = 100000 -- bytes; a write of its own, that is not gathered
local SOON = 30 -- ms; the loopback has delivered by then

describe("Gathered writes", function()
  after_each(within.clean)

  it("are sent although the listener raises", function()
    local near, far = pair.unix()
    local received, called = {}, 0
    far:on("data", function(bytes) received[#received + 1] = bytes end)
    near:once("data", function()
      near:write("one ")
      near:write("two ", function() called = called + 1 end)
      near:write("three")
      error("raised in between")
    end)
    far:write("go")
    near:on("end", function() end)
    timers.setTimeout(function() near:finish() end, SOON)
    local raised = within.through(10)
    assert.equal(1, #raised)
    assert.matches("raised in between", raised[1])
    assert.equal("one two three", table.concat(received))
    assert.equal(1, called)
  end)

  it("keep their order and their callbacks when each callback raises", function()
    local near, far = pair.unix()
    local check, order, sent = pattern.check(), {}, 0
    far:on("data", check.add)
    local sizes = { 10, 5000, 3, LARGE, 1, 4096, 4097, 2 << 20, 7 }
    timers.setImmediate(function()
      for i, size in ipairs(sizes) do
        sent = sent + size
        near:write(pattern.bytes(sent - size, size), function()
          order[#order + 1] = i
          error("callback " .. i, 0)
        end)
      end
      near:finish()
    end)
    local raised = within.through(10)
    assert.equal(#sizes, #raised)
    assert.same({ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, order)
    assert.is_nil(check.wrongAt)
    assert.equal(sent, check.length)
  end)

  it("keep their place among large ones, Buffers and corked ones", function()
    local near, far = pair.unix()
    local check, sent = pattern.check(), 0
    far:on("data", check.add)
    local function put(size, kind)
      local bytes = pattern.bytes(sent, size)
      sent = sent + size
      if kind == "buffer" then
        local buffer = net.Buffer(size):set(1, bytes)
        near:write(buffer)
        buffer:set(1, ("\0"):rep(size)) -- the bytes were taken as they were
      elseif kind == "callback" then
        near:write(bytes, function() end)
      else
        near:write(bytes) -- looking at bytesWritten here would send what is gathered
      end
    end
    local rounds = 0
    local function round()
      rounds = rounds + 1
      put(3)
      put(LARGE)
      put(20, "buffer")
      put(5, "callback")
      near:cork()
      put(LARGE, "buffer")
      put(1)
      near:uncork()
      put(4096)
      put(LARGE, "callback")
      put(0)
      put(2)
      if rounds % 3 == 0 then assert.equal(sent, near.bytesWritten) end
      if rounds < 30 then
        timers.setImmediate(round)
      else
        sent = sent + 9
        near:finish(pattern.bytes(sent - 9, 9))
      end
    end
    round()
    within(20)
    assert.is_nil(check.wrongAt)
    assert.equal(sent, check.length)
  end)

  it("leave before a large one also where the kernel's buffer is full", function()
    local near, far = pair.unix()
    local check, sent = pattern.check(), 0
    local function put(size)
      sent = sent + size
      return near:write(pattern.bytes(sent - size, size))
    end
    while put(LARGE) do
    end
    far:on("data", check.add)
    near:once("drain", function()
      while put(LARGE // 2) do -- to the brim again, from what is whole
        put(11)
      end
      put(7)
      near:finish()
    end)
    within(20)
    assert.is_nil(check.wrongAt)
    assert.equal(sent, check.length)
  end)

  it("count for the answer of write: false at the high-water mark if they cannot leave", function()
    local near, far = pair.unix({ highWaterMark = 1000 })
    local drains, answers = 0, {}
    near:on("drain", function() drains = drains + 1 end)
    for i = 1, 3 do
      answers[i] = near:write(("y"):rep(400)) -- 400 and 800 are gathered, at 1200 they leave
    end
    assert.same({ true, true, true }, answers)
    assert.equal(0, near.writableLength)
    while near:write(("x"):rep(400)) do -- until the kernel is full: then 1000 bytes wait
    end
    assert.is_true(near.writableLength >= 1000)
    assert.is_true(near.writableNeedDrain)
    assert.is_false(near:write("z"))
    far:resume()
    within.reached(5, function() return drains > 0 end)
    assert.equal(0, near.writableLength)
    assert.equal(1, drains)
    near:destroy()
    within(5)
  end)

  it("are sent, and each is called back, although listeners and callbacks call net.stop", function()
    local near, far = pair.unix()
    local check, called, sent, stops = pattern.check(), 0, 0, 0
    far:on("data", function(bytes)
      check.add(bytes)
      stops = stops + 1
      net.stop()
    end)
    local function put(size)
      sent = sent + size
      near:write(pattern.bytes(sent - size, size), function()
        called = called + 1
        net.stop()
      end)
    end
    timers.setImmediate(function()
      put(10)
      put(MORE)
      put(20)
      net.stop()
      put(30) -- halted already
      near:write("") -- nothing, and no callback
      near:finish()
    end)
    local runs = 0
    while within.run(10) do
      runs = runs + 1
      assert.is_true(runs < 10000, "the loop does not end")
    end
    assert.is_true(stops > 1)
    assert.equal(4, called)
    assert.is_nil(check.wrongAt)
    assert.equal(sent, check.length)
  end)

  it("of a stream that is destroyed behind them are sent", function()
    local near, far = pair.unix()
    local received = {}
    far:on("data", function(bytes) received[#received + 1] = bytes end)
    near:once("data", function()
      near:write("last ")
      near:write("words")
      near:destroy()
    end)
    far:write("go")
    within(5)
    assert.equal("last words", table.concat(received))
  end)

  it("of many sockets that take turns do not mix, and are sent before a destroy()", function()
    local SOCKETS, ROUNDS = 24, 300 -- more than the arena holds
    local nears, got, wanted = {}, {}, {}
    for i = 1, SOCKETS do
      local far
      nears[i], far = pair.unix()
      got[i], wanted[i] = {}, {}
      far:on("data", function(bytes) table.insert(got[i], bytes) end)
    end
    net.nextTick(function()
      for round = 1, ROUNDS do
        for i, near in ipairs(nears) do
          if not near.destroyed then
            local text = (i .. ":" .. round .. " "):rep(i % 5 + 1)
            table.insert(wanted[i], text)
            near:write(text)
            if round == 10 * i and i % 3 == 0 then near:destroy() end
          end
        end
      end
      for _, near in ipairs(nears) do
        if not near.destroyed then near:finish() end
      end
    end)
    within(20)
    for i = 1, SOCKETS do
      assert.equal(table.concat(wanted[i]), table.concat(got[i]))
    end
  end)

  it("may be 70000 in one callback, each with a callback of its own", function()
    local near, far = pair.unix()
    local called, last = 0, 0
    far:resume()
    for i = 1, 70000 do
      near:write("x", function()
        called = called + 1
        if i == last + 1 then last = i end
      end)
    end
    near:finish()
    within(20)
    assert.equal(70000, called)
    assert.equal(70000, last)
    assert.equal(70000, far.bytesRead)
  end)
end)

describe("A write that the kernel takes in part", function()
  after_each(within.clean)

  it("comes before what a finalizer writes meanwhile", function()
    local target
    local written = 0
    local finalized = { __gc = function()
      if not target then return end
      written = written + 1
      target:write("!")
    end }
    collectgarbage("incremental", 1, 400, 0)
    for _ = 1, 20 do
      local near, far = pair.unix()
      local whole, others = 0, 0
      local before = written
      far:on("data", function(bytes)
        local _, marks = bytes:gsub("!", "")
        others = others + marks
        whole = whole + #bytes - marks
      end)
      local bytes = ("x"):rep(4 << 20)
      for _ = 1, 20 do
        setmetatable({}, finalized)
      end
      target = near
      near:write(bytes)
      target = nil
      near:finish()
      within(10)
      assert.equal(#bytes, whole)
      assert.equal(written - before, others)
    end
    collectgarbage("incremental", 200, 100, 13) -- Lua's own values
  end)
end)

describe("cork", function()
  after_each(within.clean)

  it("holds writes back until uncork", function()
    local near, far = pair.tcp()
    local received = collect(far)
    near:cork()
    near:write("a")
    near:write("b")
    assert.equal(2, near.writableLength)
    local before
    timers.setTimeout(function()
      before = received()
      near:uncork()
      near:finish()
    end, 20)
    near:resume()
    within(2)
    assert.equal("", before)
    assert.equal("ab", received())
  end)

  it("keeps the order of writes when one comes before it and one after uncork", function()
    programs.prints("abcde\n", [[
      serve(printAll, function(port, server)
        local socket
        socket = net.connect(port, "127.0.0.1", function()
          socket:write("a")
          socket:cork()
          socket:write("b")
          socket:write("c")
          socket:uncork()
          socket:write("d")
          socket:finish("e")
          server:close()
        end)
      end)
      net.run()
    ]])
  end)
end)
