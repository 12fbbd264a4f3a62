local child = require("spec.support.child")
local collect = require("spec.support.collect")
local net = require("lnet")
local pair = require("spec.support.pair")
local pattern = require("spec.support.pattern")
local programs = require("spec.support.programs")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local MIB = 1 << 20
local MORE = 20 * MIB -- more than the kernel takes for one connection

for kind, connect in pairs({ TCP = pair.tcp, Unix = pair.unix }) do
  describe("over " .. kind .. ", a socket's write", function()
    after_each(within.clean)

    it("sends the bytes as they are, all 256 of them", function()
      local all = {}
      for i = 0, 255 do
        all[i + 1] = string.char(i)
      end
      local bytes = table.concat(all)
      local near, far = connect()
      local received = collect(far)
      near:resume()
      assert.is_true(near:write(bytes))
      near:finish()
      within(2)
      assert.equal(bytes, received())
    end)

    it("keeps the order of many small writes, and calls each callback once, in order", function()
      local near, far = connect()
      local received, expected, called = collect(far), {}, {}
      near:resume()
      for i = 1, 1000 do
        expected[i] = i .. ";"
        near:write(expected[i], function(err)
          assert.is_nil(err)
          called[#called + 1] = i
        end)
      end
      near:finish()
      within(5)
      assert.equal(table.concat(expected), received())
      assert.equal(1000, #called)
      for i = 1, 1000 do
        assert.equal(i, called[i])
      end
    end)

    it("delivers 20 MiB in one piece, each byte in its place", function()
      local near, far = connect()
      local check, done = pattern.check(), 0
      far:on("data", check.add)
      near:resume()
      assert.is_false(near:write(pattern.bytes(0, MORE), function() done = done + 1 end))
      near:finish()
      within(20)
      assert.is_nil(check.wrongAt)
      assert.equal(MORE, check.length)
      assert.equal(1, done)
      assert.equal(MORE, near.bytesWritten)
      assert.equal(MORE, far.bytesRead)
    end)

    it("delivers 20 MiB written at the pace of 'drain', in both directions at once", function()
      local near, far = connect({ allowHalfOpen = true })
      local function pump(socket)
        local sent = 0
        local function more()
          while sent < MORE do
            local size = math.min(100003, MORE - sent) -- a prime: no buffer's size
            local go = socket:write(pattern.bytes(sent, size))
            sent = sent + size
            if not go then return end
          end
          socket:finish()
          socket:removeAllListeners("drain")
        end
        socket:on("drain", more)
        more()
      end
      local toFar, toNear = pattern.check(), pattern.check()
      far:on("data", toFar.add)
      near:on("data", toNear.add)
      pump(near)
      pump(far)
      within(20)
      for _, check in ipairs({ toFar, toNear }) do
        assert.is_nil(check.wrongAt)
        assert.equal(MORE, check.length)
      end
    end)

    it("takes small and large ones in turns, whatever setNoDelay says between them", function()
      local near, far = connect()
      local check = pattern.check()
      far:on("data", check.add)
      near:resume()
      local turns, sent = 60, 0
      local function turn()
        turns = turns - 1
        if turns % 7 == 0 then near:setNoDelay(turns % 2 == 0) end
        local length = turns % 3 == 0 and 30 or turns % 3 == 1 and 70000 or 5000
        near:write(pattern.bytes(sent, length))
        sent = sent + length
        if turns == 0 then return near:finish() end
        if near.writableNeedDrain then near:once("drain", turn) else net.nextTick(turn) end
      end
      turn()
      within(5)
      assert.equal(0, turns)
      assert.is_nil(check.wrongAt)
      assert.equal(sent, check.length)
    end)

    it("answers false when 16384 bytes or more wait, and 'drain' follows once", function()
      local near, far = connect()
      local drains, length = 0, nil
      near:on("drain", function()
        drains = drains + 1
        length = near.writableLength
        near:destroy()
      end)
      assert.equal(16384, near.writableHighWaterMark)
      assert.is_false(near.writableNeedDrain)
      local writes = 0
      far:pause()
      while near:write(("x"):rep(16384)) do
        assert.is_false(near.writableNeedDrain)
        writes = writes + 1
        assert.is_true(writes < 10000)
      end
      assert.is_true(writes > 0) -- the kernel took the first ones
      assert.is_true(near.writableNeedDrain)
      assert.is_true(near.writableLength >= 16384)
      far:resume()
      within(5)
      assert.equal(1, drains)
      assert.equal(0, length)
    end)
  end)
end

describe("a socket's write", function()
  after_each(within.clean)

  it("answers true when the kernel took it all, whatever the high-water mark", function()
    local near, far = pair.tcp({ highWaterMark = 8 })
    local received, drains = collect(far), 0
    near:on("drain", function() drains = drains + 1 end)
    near:resume()
    assert.is_true(near:write("123456789"))
    assert.equal(0, near.writableLength)
    near:finish()
    within(2)
    assert.equal("123456789", received())
    assert.equal(0, drains)
  end)

  it("answers false at the mark that the user set, and 'drain' follows once", function()
    local server, near
    local drains, received = 0, nil
    server = keep(net.createServer(function(far)
      received = collect(far)
      server:close()
    end))
    server:listen(0, "127.0.0.1", function()
      local port = server:address().port
      near = keep(net.connect({ port = port, host = "127.0.0.1", highWaterMark = 8 }))
      near:resume()
      assert.equal(8, near.writableHighWaterMark)
      assert.is_true(near:write("1234567")) -- it waits: there is no connection yet
      assert.equal(7, near.writableLength)
      assert.is_false(near:write("8"))
      assert.is_false(near:write("9"))
      assert.equal(9, near.writableLength)
      assert.is_true(near.writableNeedDrain)
      near:on("drain", function()
        drains = drains + 1
        near:finish()
      end)
    end)
    within(2)
    assert.equal(1, drains)
    assert.equal("123456789", received())
  end)

  it("calls the callback without an error, later, when the bytes have left", function()
    local near, far = pair.tcp()
    local calls = {}
    far:resume()
    near:resume()
    near:write("x", function(...) calls[#calls + 1] = table.pack(...) end)
    assert.equal(0, #calls)
    near:finish()
    within(2)
    assert.equal(1, #calls)
    assert.is_nil(calls[1][1])
  end)

  it("does not call the callback before the other end takes what the kernel did not", function()
    local near, far = pair.tcp()
    local written = 0
    far:pause()
    near:write(("x"):rep(MORE), function() written = written + 1 end)
    timers.setTimeout(function()
      assert.equal(0, written)
      assert.is_true(near.writableLength > 0)
      far:resume()
      near:finish()
    end, 30)
    near:resume()
    within(10)
    assert.equal(1, written)
  end)

  it("takes data, encoding and callback, and data and callback", function()
    local near, far = pair.tcp()
    local received, log = collect(far), trace.new()
    near:resume()
    near:write("6162", "hex", log:adder("hex"))
    near:write("c", log:adder("plain"))
    near:write("64", "hex")
    near:write("e", nil, log:adder("nil"))
    near:finish()
    within(2)
    assert.equal("abcde", received())
    assert.same({ "hex", "plain", "nil" }, log.list)
  end)

  it("takes numbers as io.write does", function()
    local near, far = pair.tcp()
    local received = collect(far)
    near:resume()
    near:write(42)
    near:write(-7)
    near:write(0.5)
    near:write(2.0)
    near:finish(1)
    within(2)
    assert.equal("42" .. "-7" .. "0.5" .. "2.0" .. "1", received())
  end)

  it("of nothing sends nothing, and calls its callback", function()
    local near, far = pair.tcp()
    local chunks, calls = 0, 0
    far:on("data", function() chunks = chunks + 1 end)
    near:resume()
    assert.is_true(near:write("", function(err)
      assert.is_nil(err)
      calls = calls + 1
    end))
    near:finish()
    within(2)
    assert.equal(0, chunks)
    assert.equal(1, calls)
    assert.equal(0, near.bytesWritten)
  end)

  it("counts at once in bytesWritten what it took, sent or not", function()
    local near, far = pair.tcp()
    far:pause()
    near:write("12345")
    assert.equal(5, near.bytesWritten)
    near:write(("x"):rep(MORE))
    assert.equal(5 + MORE, near.bytesWritten)
    assert.equal(near.writableLength, near.bufferSize)
    assert.is_true(near.bufferSize > 0)
    near:destroy()
    far:destroy()
    within(2)
  end)

  it("keeps the bytes of a string that the program has forgotten", function()
    local near, far = pair.tcp()
    local check = pattern.check()
    far:pause()
    near:resume()
    local sent = 0
    while sent < 4 * MIB do
      near:write(pattern.bytes(sent, 65536))
      sent = sent + 65536
    end
    near:finish()
    collectgarbage()
    collectgarbage()
    far:on("data", check.add)
    far:resume()
    within(10)
    assert.is_nil(check.wrongAt)
    assert.equal(sent, check.length)
  end)

  it("may be called in 'data', in 'drain' and in its own callback", function()
    local near, far = pair.tcp()
    local received = collect(near)
    far:on("data", function(bytes)
      far:write(bytes, function() far:write("2", function() far:finish("3") end) end)
    end)
    near:write("1")
    within(2)
    assert.equal("123", received())
  end)
end)

describe("bytesWritten", function()
  it("costs the same however much waits", function()
    local result = child.program([[
      local net = require("lnet")
      local socket = net.Socket()
      socket:cork()
      for i = 1, 400000 do
        socket:write("x")
        assert(socket.bytesWritten == i)
      end
      io.write("done")
    ]]):wait() -- ended before that, where each look goes through all that waits
    assert.equal("", result.err)
    assert.equal("done", result.out)
  end)
end)

describe("writes to a socket", function()
  it("go out whole from the callback that several writes share", function()
    programs.prints("called 4 times\n20000003 bytes\n", [[
      serve(function(socket)
        local length = 0
        socket:on("data", function(bytes) length = length + #bytes end)
        socket:on("end", function() print(length .. " bytes") end)
      end, function(port, server)
        local socket, called = nil, 0
        local function callback()
          called = called + 1
          if called == 1 then socket:write(("x"):rep(20000000), callback):finish() end
          if called == 4 then print("called 4 times") end
        end
        socket = net.connect(port, "127.0.0.1", function()
          socket.write = function(self, ...) -- to chain
            net.Socket.write(self, ...)
            return self
          end
          socket:write("a", callback):write("b", callback):write("c", callback)
          server:close()
        end)
      end)
      net.run()
    ]])
  end)

  it("arrive as they were when a listener of 'newListener' writes too", function()
    programs.prints(("outer"):rep(2000) .. "inner\n", [[
      serve(printAll, function(port, server)
        local socket, done = net.Socket(), false
        socket:connect(port, "127.0.0.1")
        socket:on("newListener", function(event)
          if event ~= "connect" or done then return end
          done = true
          socket:write("inner")
        end)
        socket:write(("outer"):rep(2000), function() end)
        collectgarbage()
        local garbage = {}
        for i = 1, 1000 do garbage[i] = ("x"):rep(10000) .. i end
        socket:finish()
        socket:on("connect", function() server:close() end)
        socket:resume()
      end)
      net.run()
    ]])
  end)
end)
