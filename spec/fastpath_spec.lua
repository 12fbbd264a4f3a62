--- The quick ways through a socket: a pipe in C, gathered writes, 'data' without a copy. What a
-- listener does in the middle of one of them must not show in the bytes.
local core = require("lnet.core")
local net = require("lnet")
local child = require("spec.support.child")
local pair = require("spec.support.pair")
local pattern = require("spec.support.pattern")
local serve = require("spec.support.serve")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local MORE = 8 << 20 -- bytes; more than the kernel keeps for one connection
local LARGE = 100000 -- bytes; a write of its own, that is not gathered
local SOON = 20 -- ms; the loopback has delivered by then

-- Writes `length` bytes of the pattern at the pace of 'drain', then ends.
local function feed(socket, length)
  local sent = 0
  local function more()
    while sent < length do
      local piece = math.min(65536, length - sent)
      sent = sent + piece
      if not socket:write(pattern.bytes(sent - piece, piece)) then return end
    end
    socket:removeListener("drain", more)
    socket:finish()
  end
  socket:on("drain", more)
  more()
end

-- Two connections with a pipe from one to the other: what is written to the first end comes out of
-- the last. A pipe with one listener of 'data' moves its bytes in C.
local function piped()
  local first, source = pair.unix()
  local dest, last = pair.unix()
  source:pipe(dest)
  return first, source, dest, last
end

-- Runs the loop to its end, however often a listener raises; returns what was raised.
local function runThrough()
  local raised = {}
  while true do
    local ok, result = pcall(within.run, 10)
    if ok then return raised end
    raised[#raised + 1] = tostring(result):match("^[^\n]*")
    assert.is_true(#raised < 100, "the loop does not end")
  end
end

describe("A pipe in C", function()
  after_each(within.clean)

  it("shows the rest to a listener of 'data' that is added on the way", function()
    local first, source, _, last = piped()
    local check, seen, from = pattern.check(), pattern.check(), nil
    last:on("data", function(bytes)
      check.add(bytes)
      if from or check.length < MORE // 4 then return end
      from = source.bytesRead
      seen.length = from
      source:on("data", seen.add)
    end)
    feed(first, MORE)
    within(20)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
    assert.is_true(from < MORE)
    assert.is_nil(seen.wrongAt)
    assert.equal(MORE, seen.length)
  end)

  it("is one again when that listener was removed", function()
    local first, source, _, last = piped()
    local check, pieces = pattern.check(), 0
    local function look()
      pieces = pieces + 1
      if pieces == 3 then source:removeListener("data", look) end
    end
    source:on("data", look)
    last:on("data", check.add)
    feed(first, MORE)
    within(20)
    assert.equal(3, pieces)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
  end)

  it("loses nothing when it is undone and made again under load", function()
    local first, source, dest, last = piped()
    local check, undone = pattern.check(), 0
    last:on("data", function(bytes)
      check.add(bytes)
      if undone >= 10 or check.length < undone * MORE // 20 then return end
      undone = undone + 1
      source:unpipe(dest)
      timers.setTimeout(function() source:pipe(dest) end, 1)
    end)
    feed(first, MORE)
    within(20)
    assert.equal(10, undone)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
  end)

  it("leaves to a new listener what comes after unpipe, without a gap", function()
    local first, source, dest, last = piped()
    local check = pattern.check()
    last:on("data", check.add)
    local before
    local rest = pattern.check()
    timers.setImmediate(function()
      source:unpipe(dest)
      before = dest.bytesWritten
      rest.length = before
      dest:finish()
      source:on("data", rest.add)
      source:resume()
    end)
    feed(first, MORE)
    within(20)
    assert.is_nil(check.wrongAt)
    assert.equal(before, check.length)
    assert.is_nil(rest.wrongAt)
    assert.equal(MORE, rest.length)
  end)

  it("stops when the destination is destroyed in a callback, and the source lives", function()
    local first, source, dest, last = piped()
    local unpiped = 0
    dest:on("unpipe", function() unpiped = unpiped + 1 end)
    dest:write("x", function() dest:destroy() end)
    last:resume()
    feed(first, MORE)
    within.reached(5, function() return dest.closed end)
    assert.equal(1, unpiped)
    assert.is_false(source.destroyed)
    local left = 0
    source:on("data", function(bytes) left = left + #bytes end)
    source:resume()
    within(20)
    assert.is_true(left > 0)
  end)

  it("survives that the source is destroyed while the destination is waited for", function()
    local first, source, dest, last = piped()
    local closed = {}
    source:on("close", function() closed[#closed + 1] = "source" end)
    first:on("error", function() end)
    feed(first, MORE)
    within.reached(5, function() return dest.writableNeedDrain end)
    source:destroy()
    last:resume()
    within.reached(5, function() return closed[1] and dest.writableLength == 0 end)
    assert.same({ "source" }, closed)
    assert.is_false(dest.destroyed)
    dest:destroy()
    within(5)
  end)

  it("calls the destination's own `write`, also one that is set later", function()
    local first, _, dest, last = piped()
    local check, own = pattern.check(), 0
    last:on("data", check.add)
    function dest:write(bytes)
      own = own + #bytes
      return net.Socket.write(self, bytes)
    end
    feed(first, MORE)
    within(20)
    assert.equal(MORE, own)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
  end)
end)

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
    local raised = runThrough()
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
    local raised = runThrough()
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

  it("and what is owed to their callbacks survives net.stop", function()
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

  it("of many sockets keep apart when they take turns, and leave before a destroy()", function()
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

describe("A write that leaves in part", function()
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

describe("A finalizer that runs in the middle of a call", function()
  after_each(within.clean)
  after_each(function() collectgarbage("incremental", 200, 100, 13) end) -- Lua's own values

  -- The collector runs a cycle, and `finalize` in it, when a table is made next.
  local function collectSoon(finalize)
    collectgarbage()
    collectgarbage("stop")
    setmetatable({}, { __gc = finalize })
    local numbers = {}
    for i = 1, 1 << 20 do
      numbers[i] = i
    end
    collectgarbage("incremental", 1, 1000, 0)
    collectgarbage("restart")
    numbers[#numbers + 1] = 0 -- it grows: that counts, but is no occasion
    return numbers
  end

  it("may set a field of the socket: both are there", function()
    local socket = net.Socket()
    local ran = false
    collectSoon(function()
      ran = true
      socket.inner = "inner"
    end)
    socket.outer = "outer"
    assert.is_true(ran)
    assert.equal("inner", socket.inner)
    assert.equal("outer", socket.outer)
  end)

  for _, other in ipairs({ "timeout", "finish" }) do
    it("may listen to '" .. other .. "': all are there", function()
      local socket = net.Socket()
      local ran = false
      local function listener() end
      local function another() end
      socket:on("drain", listener)
      collectSoon(function()
        ran = true
        socket:on(other, listener)
      end)
      socket:on("finish", another)
      assert.is_true(ran)
      assert.same({ listener }, socket:listeners("drain"))
      assert.equal(listener, socket:listeners(other)[1])
      assert.equal(another, socket:listeners("finish")[other == "finish" and 2 or 1])
    end)
  end

  it("may listen to the event that gets its second listener: all three are there", function()
    local socket = net.Socket()
    local called = {}
    local function listener(name)
      return function() called[#called + 1] = name end
    end
    local inner, outer = listener("inner"), listener("outer")
    socket:on("drain", listener("first"))
    collectSoon(function() socket:on("drain", inner) end)
    socket:on("drain", outer)
    socket:emit("drain")
    assert.same({ "first", "inner", "outer" }, called)
  end)

  it("may read what a read(n) was about to take: each byte is read once", function()
    for _, left in ipairs({ 0, 500 }) do
      local near, far = pair.unix()
      local bytes = pattern.bytes(0, 4000)
      local inner
      far:on("readable", function() end)
      near:write(bytes:sub(1, 3000))
      within.reached(5, function() return far.readableLength == 3000 end)
      near:write(bytes:sub(3001))
      within.reached(5, function() return far.readableLength == 4000 end)
      collectSoon(function() inner = far:read(4000 - left) end)
      local outer = far:read(3500)
      assert.equal(4000 - left, #inner)
      assert.is_nil(outer) -- fewer than asked for are there
      assert.equal(bytes, inner .. (far:read() or ""))
      near:destroy()
      far:destroy()
      within(10)
    end
  end)

  it("may read what a read(n) was about to take, and put as much of it back", function()
    local socket = net.Socket()
    local ran = false
    socket:unshift(("b"):rep(2000))
    socket:unshift(("a"):rep(2000))
    collectSoon(function()
      ran = true
      socket:read(2000)
      socket:unshift(("c"):rep(2000))
    end)
    local bytes = socket:read(3000)
    assert.is_true(ran)
    assert.equal(("c"):rep(2000) .. ("b"):rep(1000), bytes)
    assert.equal(("b"):rep(1000), socket:read())
  end)

  for name, call in pairs({
    setEncoding = function(socket) socket:setEncoding("hex") end,
    unshift = function(socket) socket:unshift(("x"):rep(LARGE)) end,
    read = function(socket) assert.is_nil(socket:read(3500)) end,
  }) do
    it("may close the socket, and run the loop where that is not refused, in " .. name, function()
      local near, far = pair.unix()
      local ran, closed = false, false
      near:on("error", function() end)
      if name == "unshift" then
        far:pause()
      else
        far:on("readable", function() end)
        near:write(pattern.bytes(0, 3000))
        within.reached(5, function() return far.readableLength == 3000 end)
        near:write(pattern.bytes(3000, 1000))
        within.reached(5, function() return far.readableLength == 4000 end)
      end
      far:on("close", function() closed = true end)
      collectSoon(function()
        ran = true
        far:read()
        far:destroy()
        for _ = 1, 3 do pcall(net.run, "nowait") end
      end)
      call(far)
      assert.is_true(ran)
      within.reached(2, function() return closed end)
      near:destroy()
      within(10)
      assert.equal(name == "setEncoding" and "hex" or nil, far.readableEncoding)
    end)
  end

  it("may set another encoding while a chunk is decoded: its text has room", function()
    local near, far = pair.unix()
    local chunks, ran = 0, false
    far:setEncoding("ascii")
    far:on("data", function()
      chunks = chunks + 1
      if chunks ~= 1 then return end
      collectSoon(function()
        ran = true
        far:setEncoding("hex") -- twice the room
      end)
    end)
    for _ = 1, 4 do near:write(("x"):rep(65536)) end
    near:finish()
    within(10)
    assert.is_true(ran)
    assert.equal("hex", far.readableEncoding)
    assert.equal(4 * 65536, far.bytesRead)
  end)

  it("may write to the socket: both writes come whole, and both are called back", function()
    local near, far = pair.unix()
    local text = { ("x"):rep(MORE) }
    local log, length = {}, 0
    local function inner() log[#log + 1] = "inner" end
    local function outer() log[#log + 1] = "outer" end
    far:on("data", function(bytes) length = length + #bytes end)
    collectSoon(function()
      near:write(text[1], inner)
      text[1] = nil
    end)
    near:write("outer", outer)
    assert.is_nil(text[1])
    collectgarbage()
    near:finish()
    within(20)
    assert.equal(MORE + 5, length)
    assert.same({ "inner", "outer" }, log)
  end)
end)

describe("A listener of 'data'", function()
  after_each(within.clean)

  it("may be removed, added, paused and destroyed by another one", function()
    local near, far = pair.unix()
    local log = {}
    local function second() log[#log + 1] = "second" end
    far:on("data", function()
      log[#log + 1] = "first"
      far:removeListener("data", second)
      far:once("data", function() log[#log + 1] = "late" end)
    end)
    far:on("data", second)
    near:write("a")
    within.reached(5, function() return #log >= 2 end)
    assert.same({ "first", "second" }, log)
    far:once("data", function() far:pause() end)
    near:write("b")
    within.reached(5, function() return #log >= 4 end)
    assert.same({ "first", "late" }, { table.unpack(log, 3) })
    near:write("c")
    timers.setTimeout(function()
      assert.equal(4, #log) -- it was paused
      far:on("data", function() far:destroy() end)
      far:resume()
    end, SOON)
    within(5)
    assert.is_true(far.destroyed)
    assert.equal("first", log[5])
  end)

  it("that raises gets the next bytes all the same", function()
    local near, far = pair.unix()
    local check, calls = pattern.check(), 0
    far:on("data", function(bytes)
      check.add(bytes)
      calls = calls + 1
      if calls <= 20 then error("call " .. calls, 0) end
    end)
    feed(near, MORE)
    local raised = runThrough()
    assert.equal(20, #raised)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
  end)
end)

describe("'connection'", function()
  after_each(within.clean)

  it("may close the server and raise: the socket is there, and others too", function()
    local accepted, closed = {}, 0
    local server = within.keep(net.createServer())
    server:listen(0, "127.0.0.1")
    within.reached(5, function() return server.listening end)
    server:on("connection", function(socket)
      accepted[#accepted + 1] = socket
      socket:finish("hello")
      if #accepted == 2 then server:close() end
      error("in 'connection'", 0)
    end)
    server:on("close", function() closed = closed + 1 end)
    local received = {}
    for _ = 1, 2 do
      local client = within.keep(net.connect(server:address().port, "127.0.0.1"))
      client:on("data", function(bytes) received[#received + 1] = bytes end)
    end
    local raised = runThrough()
    assert.equal(2, #raised)
    assert.equal(2, #accepted)
    assert.same({ "hello", "hello" }, received)
    assert.equal(1, closed)
  end)
end)

describe("A FIN behind the other side's", function()
  after_each(within.clean)

  it("is sent although somebody else has the descriptor, too", function()
    local near, far = pair.tcp({ allowHalfOpen = true }) -- so far itself does not finish
    local log = trace.new()
    log:watch(near, { "end", "close" })
    near:resume()
    local other = within.keep(net.Socket({ fd = core.dup(far.fd) })) -- as after a fork
    other:resume()
    near:finish()
    within.reached(2, function() return near.destroyed and other.destroyed end)
    assert.same({ "end", "close" }, log.list)
    far:destroy()
    within(2)
  end)

  it("is out before the next poll brings anything, where a timer asks for it", function()
    local near, far = pair.unix({ allowHalfOpen = true })
    local writer, reader = pair.unix()
    local log = {}
    near:finish()
    near:resume()
    far:resume()
    far:on("finish", function() log[#log + 1] = "finish" end)
    reader:on("data", function() log[#log + 1] = "data" end)
    far:on("end", function()
      timers.setTimeout(function()
        writer:write("x")
        net.nextTick(function() far:finish() end)
      end, 5)
    end)
    writer:setTimeout(SOON, function() writer:destroy() end)
    within(10)
    assert.same({ "finish", "data" }, log)
  end)

  it("is overtaken by a reset", function()
    local near, far = pair.tcp({ allowHalfOpen = true })
    local log = trace.new()
    log:watch(near, { "end", "error", "close" })
    near:resume()
    far:resume()
    far:on("end", function()
      far:finish()
      net.nextTick(function() far:resetAndDestroy() end)
    end)
    near:finish()
    within(2)
    assert.same({ "error", "close" }, log.list)
  end)

  it("does not end the next connection of a socket that is destroyed first", function()
    local near, far = pair.tcp({ allowHalfOpen = true })
    local server, port = serve.tcp()
    local log = {}
    local function lookup(_, _, callback)
      local found = { { address = "127.0.0.1", family = 4 } }
      timers.setTimeout(function() callback(nil, found) end, SOON)
    end
    server:on("connection", function(socket)
      socket:resume()
      server:close()
    end)
    far:finish()
    far:resume()
    near:resume()
    near:on("finish", function() log[#log + 1] = "finish" end)
    near:once("end", function()
      timers.setImmediate(function()
        near:finish()
        near:destroy()
      end)
    end)
    near:once("close", function()
      near:connect({ port = port, host = "name", lookup = lookup })
      near:on("connect", function() log[#log + 1] = "connect" end)
      near:finish()
    end)
    within(10)
    assert.same({ "connect", "finish" }, log)
  end)
end)

describe("A halt", function()
  after_each(within.clean)

  it("in a timer while another is due lets net.run return, and the other one comes", function()
    local log = {}
    timers.setTimeout(function()
      log[#log + 1] = "first"
      net.stop()
    end, 5)
    timers.setTimeout(function() log[#log + 1] = "second" end, 5)
    assert.is_true(net.run())
    assert.same({ "first" }, log)
    local now = os.clock()
    repeat until os.clock() - now > 0.01 -- on a slow machine the other one may be due only now
    timers.setImmediate(function() log[#log + 1] = "immediate" end)
    assert.is_false(net.run())
    assert.same({ "first", "second", "immediate" }, log)
  end)

  it("by what came just before the end does not lose the end", function()
    local near, far = pair.unix()
    local log = {}
    far:on("data", function()
      log[#log + 1] = "data"
      error("raised", 0)
    end)
    far:on("end", function() log[#log + 1] = "end" end)
    far:on("close", function() log[#log + 1] = "close" end)
    near:write("x")
    near:destroy() -- both are there when the loop polls
    assert.same({ "raised" }, runThrough())
    assert.same({ "data", "end", "close" }, log)
  end)

  it("in a callback keeps what 'close' is owed, also when the state is closed then", function()
    local result = child
      .program([[
      local net = require("lnet")
      local timers = require("lnet.timers")
      local server = net.createServer(function(socket)
        socket:write(("x"):rep(1 << 22), function() end)
        timers.setTimeout(function()
          socket:destroy()
          error("halted", 0)
        end, 5)
      end)
      server:listen(0, "127.0.0.1", function() net.connect(server:address().port, "127.0.0.1") end)
      print(pcall(net.run))
    ]])
      :wait()
    assert.equal(0, result.code) -- with a sanitizer: nothing has leaked
    assert.matches("halted", result.out)
  end)
end)
