local collect = require("spec.support.collect")
local events = require("lnet.events")
local net = require("lnet")
local pair = require("spec.support.pair")
local pattern = require("spec.support.pattern")
local raised = require("spec.support.raised")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local MORE = 20 << 20 -- bytes; more than the kernel keeps for one connection
local SOON = 30 -- ms; the loopback has delivered by then

-- A destination of the user's own: an emitter with write and finish.
local function sink(answer)
  local it = events.EventEmitter()
  it.pieces, it.finished = {}, 0
  function it:write(bytes)
    self.pieces[#self.pieces + 1] = bytes
    if answer then return answer(self) end
    return true
  end
  function it:finish() self.finished = self.finished + 1 end
  it["end"] = it.finish
  return it
end

-- Two connections with a pipe from one to the other: what is written to the first end comes out of
-- the last. A pipe that is the only listener of 'data' moves its bytes in C.
local function piped()
  local first, source = pair.unix()
  local dest, last = pair.unix()
  source:pipe(dest)
  return first, source, dest, last
end

for kind, connect in pairs({ TCP = pair.tcp, Unix = pair.unix }) do
  describe("over " .. kind .. ", pipe", function()
    after_each(within.clean)

    it("of a socket to itself echoes, and ends when the peer ends", function()
      local near, far = connect()
      local received, log = collect(near), trace.new()
      log:watch(near, { "end", "close" })
      assert.equal(far, far:pipe(far))
      near:write("hello ")
      near:finish("world")
      within(2)
      assert.equal("hello world", received())
      assert.same({ "end", "close" }, log.list)
      assert.is_true(far.destroyed)
    end)

    it("echoes 20 MiB, each byte in its place", function()
      local near, far = connect({ allowHalfOpen = true })
      local check = pattern.check()
      near:on("data", check.add)
      far:pipe(far)
      local sent = 0
      local function more()
        while sent < MORE do
          local go = near:write(pattern.bytes(sent, 65536))
          sent = sent + 65536
          if not go then return end
        end
        near:removeListener("drain", more)
        near:finish()
      end
      near:on("drain", more)
      more()
      within(20)
      assert.is_nil(check.wrongAt)
      assert.equal(MORE, check.length)
      assert.equal(MORE, far.bytesRead)
      assert.equal(MORE, far.bytesWritten)
    end)
  end)
end

describe("pipe", function()
  after_each(within.clean)

  it("moves the bytes of one socket to another, both ways", function()
    -- client <-> inner | outer <-> server
    local client, inner = pair.tcp()
    local outer, server = pair.unix()
    local atServer, atClient = collect(server), collect(client)
    assert.equal(outer, inner:pipe(outer))
    assert.equal(inner, outer:pipe(inner))
    client:finish("question")
    server:on("end", function() server:finish("answer") end)
    server.allowHalfOpen = true
    client.allowHalfOpen = true
    inner.allowHalfOpen = true
    outer.allowHalfOpen = true
    within(2)
    assert.equal("question", atServer())
    assert.equal("answer", atClient())
  end)

  it("waits for a slow destination, and loses nothing", function()
    local source, inner = pair.tcp()
    local outer, slow = pair.tcp()
    local check, written = pattern.check(), 0
    inner:pipe(outer)
    slow:pause()
    source:write(pattern.bytes(0, MORE), function() written = written + 1 end)
    source:finish()
    source:resume()
    timers.setTimeout(function()
      assert.equal(0, written) -- held back from end to end
      assert.is_true(outer.writableLength < MORE // 2)
      slow:on("data", check.add)
      slow:resume()
    end, 4 * SOON)
    within(20)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
    assert.equal(1, written)
  end)

  it("finishes the destination at 'end'", function()
    local source, inner = pair.tcp()
    local destination = sink()
    inner:pipe(destination)
    source:resume()
    source:finish("bytes")
    within(2)
    assert.equal("bytes", table.concat(destination.pieces))
    assert.equal(1, destination.finished)
  end)

  it("with { [\"end\"] = false } leaves the destination open", function()
    local source, inner = pair.tcp()
    local destination = sink()
    assert.equal(destination, inner:pipe(destination, { ["end"] = false }))
    source:resume()
    source:finish("bytes")
    within(2)
    assert.equal("bytes", table.concat(destination.pieces))
    assert.equal(0, destination.finished)
  end)

  it("pauses while the user's destination answers false, until its 'drain'", function()
    local source, inner = pair.tcp()
    local open = 0
    local destination = sink(function(self)
      open = open + 1
      assert.equal(1, open) -- nothing is written before 'drain'
      timers.setTimeout(function()
        open = open - 1
        self:emit("drain")
      end, 1)
      return false
    end)
    inner:pipe(destination)
    source:resume()
    source:finish(pattern.bytes(0, 1 << 20))
    within(10)
    assert.is_true(#destination.pieces > 1)
    assert.equal(pattern.bytes(0, 1 << 20), table.concat(destination.pieces))
    assert.equal(1, destination.finished)
  end)

  it("emits 'pipe' at the destination inside the call, 'unpipe' when that has finished", function()
    local source, inner = pair.tcp()
    local destination, log = sink(), trace.new()
    destination:on("pipe", function(from)
      assert.equal(inner, from)
      log:add("pipe")
    end)
    destination:on("unpipe", function(from)
      assert.equal(inner, from)
      log:add("unpipe")
    end)
    inner:pipe(destination)
    assert.same({ "pipe" }, log.list)
    source:resume()
    source:finish()
    within(2)
    assert.same({ "pipe" }, log.list)
    destination:emit("finish")
    assert.same({ "pipe", "unpipe" }, log.list)
  end)

  it("refuses what nothing can be piped to, and then nothing has changed", function()
    local near, far = pair.tcp()
    local half = events.EventEmitter() -- has no write
    for _, dest in ipairs({ "text", {}, io.stdout, half }) do
      local err = raised("ERR_INVALID_ARG_TYPE", far.pipe, far, dest)
      assert.matches('^The "dest" argument must be an instance of EventEmitter', err.message)
    end
    local err = raised("ERR_INVALID_ARG_TYPE", far.pipe, far)
    assert.matches("Received nil$", err.message)
    assert.equal(0, far:listenerCount("data"))
    assert.equal(1, far:listenerCount("end"))
    assert.equal(far, far:unpipe())
    assert.is_nil(far.readableFlowing)
    far:destroy()
    near:destroy()
    within(2)
  end)

  it("goes to several destinations", function()
    local source, inner = pair.tcp()
    local first, second = sink(), sink()
    inner:pipe(first)
    inner:pipe(second)
    source:resume()
    source:finish("both")
    within(2)
    assert.equal("both", table.concat(first.pieces))
    assert.equal("both", table.concat(second.pieces))
    assert.equal(1, first.finished)
    assert.equal(1, second.finished)
  end)

  it("lets listeners of 'data' see the same bytes", function()
    local near, far = pair.tcp()
    local seen, received = collect(far), collect(near)
    far:pipe(far)
    near:finish("hello")
    within(2)
    assert.equal("hello", seen())
    assert.equal("hello", received())
  end)

  it("moves what was read before it was called", function()
    local near, far = pair.tcp()
    local received = collect(near)
    near:write("early ")
    timers.setTimeout(function()
      far:pipe(far)
      near:finish("late")
    end, SOON)
    within(2)
    assert.equal("early late", received())
  end)

  it("is undone by unpipe", function()
    local source, inner = pair.tcp()
    local destination, unpipes = sink(), 0
    destination:on("unpipe", function() unpipes = unpipes + 1 end)
    inner:pipe(destination)
    source:write("piped")
    timers.setTimeout(function()
      assert.equal(inner, inner:unpipe(destination))
      inner:resume()
      source:resume()
      source:finish("not piped")
    end, SOON)
    within(2)
    assert.equal("piped", table.concat(destination.pieces))
    assert.equal(0, destination.finished)
    assert.equal(1, unpipes)
  end)

  it("stops when the destination is destroyed", function()
    local source, inner = pair.tcp()
    local outer, sinkSocket = pair.tcp()
    local unpipes = 0
    outer:on("unpipe", function() unpipes = unpipes + 1 end)
    sinkSocket:resume()
    inner:pipe(outer)
    source:write("x")
    timers.setTimeout(function()
      outer:destroy()
      timers.setTimeout(function()
        inner:resume()
        source:finish("y")
        source:resume()
      end, SOON)
    end, SOON)
    within(2)
    assert.equal(1, unpipes)
    assert.equal(1, outer.bytesWritten)
  end)
end)

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
    pattern.feed(first, MORE)
    within(20)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
    assert.is_true(from < MORE)
    assert.is_nil(seen.wrongAt)
    assert.equal(MORE, seen.length)
  end)

  it("moves its bytes without Lua again once that listener is removed", function()
    local first, source, _, last = piped()
    local check, pieces = pattern.check(), 0
    local function look()
      pieces = pieces + 1
      if pieces == 3 then source:removeListener("data", look) end
    end
    source:on("data", look)
    last:on("data", check.add)
    pattern.feed(first, MORE)
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
    pattern.feed(first, MORE)
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
    pattern.feed(first, MORE)
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
    pattern.feed(first, MORE)
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
    pattern.feed(first, MORE)
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
    pattern.feed(first, MORE)
    within(20)
    assert.equal(MORE, own)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
  end)
end)
