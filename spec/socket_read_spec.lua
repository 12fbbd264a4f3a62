local net = require("lnet")
local pair = require("spec.support.pair")
local pattern = require("spec.support.pattern")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local MORE = 20 << 20 -- bytes; more than the kernel keeps for one connection
local SOON = 30 -- ms; the loopback has delivered by then

describe("a socket's 'data'", function()
  after_each(within.clean)

  it("gives strings of the bytes as they came", function()
    local near, far = pair.tcp()
    local pieces = {}
    far:on("data", function(...)
      assert.equal(1, select("#", ...))
      pieces[#pieces + 1] = ...
    end)
    near:resume()
    near:finish("\0\r\n\xff\xc3 bytes")
    within(2)
    assert.equal("string", type(pieces[1]))
    assert.equal("\0\r\n\xff\xc3 bytes", table.concat(pieces))
  end)

  it("goes to each listener", function()
    local near, far = pair.tcp()
    local log = trace.new()
    far:on("data", function(bytes) log:add("first " .. bytes) end)
    far:on("data", function(bytes) log:add("second " .. bytes) end)
    near:resume()
    near:finish("x")
    within(2)
    assert.same({ "first x", "second x" }, log.list)
  end)

  it("comes only when there is something: never an empty string", function()
    local near, far = pair.tcp()
    local empty = 0
    far:on("data", function(bytes)
      if bytes == "" then empty = empty + 1 end
    end)
    near:resume()
    near:write("")
    near:finish("")
    within(2)
    assert.equal(0, empty)
  end)

  it("starts with the first listener: what came before is not lost", function()
    local near, far = pair.tcp()
    local pieces = {}
    near:resume()
    near:write("early ")
    timers.setTimeout(function()
      far:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
      near:finish("late")
    end, SOON)
    within(2)
    assert.equal("early late", table.concat(pieces))
  end)

  it("is lost when resume was called and nobody listens", function()
    local near, far = pair.tcp()
    local pieces = {}
    near:resume()
    far:resume()
    near:write("lost")
    timers.setTimeout(function()
      assert.equal(4, far.bytesRead)
      far:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
      near:finish("found")
    end, SOON)
    within(2)
    assert.equal("found", table.concat(pieces))
  end)

  it("does not come any more once the socket is destroyed", function()
    local near, far = pair.tcp()
    local calls = 0
    far:on("data", function()
      calls = calls + 1
      far:destroy()
    end)
    near:on("error", function() end) -- the rest is refused
    near:write(("x"):rep(1 << 20))
    within(5)
    assert.equal(1, calls)
  end)
end)

describe("a socket's 'end'", function()
  after_each(within.clean)

  it("comes once, after the last 'data', and nothing is read after it", function()
    local near, far = pair.tcp()
    local log = trace.new()
    log:watch(far, { "data", "end", "close" })
    far:on("end", function() assert.is_true(far.readableEnded) end)
    near:resume()
    near:finish("x")
    within(2)
    assert.same({ "data", "end", "close" }, log.list)
  end)

  it("comes without data when nothing was sent", function()
    local near, far = pair.tcp()
    local log = trace.new()
    log:watch(far, { "data", "end" })
    near:resume()
    near:finish()
    within(2)
    assert.same({ "end" }, log.list)
  end)

  it("comes even when nobody reads, if nothing is left to be read", function()
    local near, far = pair.tcp()
    local log = trace.new()
    log:watch(far, { "end", "close" })
    near:finish()
    within(2)
    assert.same({ "end", "close" }, log.list)
  end)

  it("does not come while bytes wait to be read", function()
    local near, far = pair.tcp()
    local log = trace.new()
    log:watch(far, { "end" })
    near:resume()
    near:finish("unread")
    timers.setTimeout(function()
      log:add("resume")
      far:resume()
    end, SOON)
    within(2)
    assert.same({ "resume", "end" }, log.list)
  end)

  it("does not come while the socket is paused with bytes waiting", function()
    local near, far = pair.tcp()
    local log = trace.new()
    log:watch(far, { "data", "end" })
    far:pause()
    near:resume()
    near:finish("waiting")
    timers.setTimeout(function()
      log:add("resume")
      far:resume()
    end, SOON)
    within(2)
    assert.same({ "resume", "data", "end" }, log.list)
  end)
end)

describe("pause", function()
  after_each(within.clean)

  it("stops 'data' until resume, and nothing is lost", function()
    local near, far = pair.tcp()
    local pieces, whilePaused = {}, nil
    far:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    near:resume()
    assert.is_false(far:isPaused())
    assert.equal(far, far:pause())
    assert.is_true(far:isPaused())
    near:write("a")
    timers.setTimeout(function()
      whilePaused = #pieces
      near:write("b")
      assert.equal(far, far:resume())
      assert.is_false(far:isPaused())
      near:finish("c")
    end, SOON)
    within(2)
    assert.equal(0, whilePaused)
    assert.equal("abc", table.concat(pieces))
  end)

  it("in 'data' holds the rest back", function()
    local near, far = pair.tcp()
    local check, pauses = pattern.check(), 0
    far:on("data", function(bytes)
      check.add(bytes)
      far:pause()
      pauses = pauses + 1
      timers.setImmediate(function() far:resume() end)
    end)
    near:resume()
    near:finish(pattern.bytes(0, 1 << 20))
    within(10)
    assert.is_nil(check.wrongAt)
    assert.equal(1 << 20, check.length)
    assert.is_true(pauses > 1)
  end)

  it("makes the kernel hold the sender back", function()
    local near, far = pair.tcp()
    local written, check = 0, pattern.check()
    far:on("data", check.add)
    far:pause()
    near:resume()
    near:write(pattern.bytes(0, MORE), function() written = written + 1 end)
    timers.setTimeout(function()
      assert.equal(0, written)
      assert.is_true(near.writableLength > 0)
      assert.is_true(far.bytesRead < 1 << 20) -- what it had asked for, not all there is
      far:resume()
      near:finish()
    end, SOON)
    within(10)
    assert.equal(1, written)
    assert.is_nil(check.wrongAt)
    assert.equal(MORE, check.length)
  end)

  it("is not undone by a new listener of 'data'", function()
    local near, far = pair.tcp()
    local pieces, before = {}, nil
    far:pause()
    far:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    near:resume()
    near:finish("x")
    timers.setTimeout(function()
      before = #pieces
      far:resume()
    end, SOON)
    within(2)
    assert.equal(0, before)
    assert.equal("x", table.concat(pieces))
  end)

  it("before connecting holds from the first byte on", function()
    local server = keep(net.createServer(function(socket) socket:finish("hello") end))
    local client, pieces, before = keep(net.Socket()), {}, nil
    client:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    client:pause()
    server:listen(0, "127.0.0.1", function()
      client:connect(server:address().port, "127.0.0.1")
    end)
    timers.setTimeout(function()
      before = #pieces
      client:resume()
      server:close()
    end, 2 * SOON)
    within(2)
    assert.equal(0, before)
    assert.equal("hello", table.concat(pieces))
  end)

  it("and resume may be called in any event, and twice", function()
    local near, far = pair.tcp()
    local pieces = {}
    far:on("data", function(bytes)
      pieces[#pieces + 1] = bytes
      far:pause():pause():resume():resume()
    end)
    far:on("end", function() far:pause():resume() end)
    far:on("close", function() far:pause():resume() end)
    near:resume()
    near:finish("x")
    within(2)
    assert.equal("x", table.concat(pieces))
  end)
end)

describe("bytesRead", function()
  after_each(within.clean)

  it("counts in 'data' what has come so far", function()
    local near, far = pair.tcp()
    local total = 0
    far:on("data", function(bytes)
      total = total + #bytes
      assert.equal(total, far.bytesRead)
    end)
    near:resume()
    near:finish(("x"):rep(1 << 20))
    within(5)
    assert.equal(1 << 20, total)
    assert.equal(1 << 20, far.bytesRead)
  end)
end)

-- Bytes that Lua takes for what `fn` makes: nothing is given back meanwhile.
local function allocated(fn)
  collectgarbage()
  collectgarbage()
  collectgarbage("stop")
  local before = collectgarbage("count")
  fn()
  local bytes = (collectgarbage("count") - before) * 1024
  collectgarbage("restart")
  return bytes
end

describe("What waits to be read", function()
  after_each(within.clean)

  it("is not copied by a read of its beginning", function()
    local socket = net.Socket()
    local bytes = pattern.bytes(0, 1 << 20)
    socket:unshift(bytes)
    local same = true
    local made = allocated(function()
      for i = 0, 4095 do
        local piece = socket:read(16)
        same = same and piece == bytes:sub(16 * i + 1, 16 * i + 16)
      end
    end)
    assert.is_true(same)
    assert.is_true(made < 4096 * 256)
    assert.equal(#bytes - 4096 * 16, socket.readableLength)
    assert.equal(bytes:sub(4096 * 16 + 1), socket:read())
  end)

  it("is not copied by unshift, neither what is put back nor what it comes before", function()
    local socket = net.Socket()
    local bytes = pattern.bytes(0, 1 << 20)
    local same = true
    local made = allocated(function()
      socket:unshift(bytes)
      for _ = 1, 1000 do
        same = same and bytes:sub(1, 16) == socket:read(16)
        socket:unshift(bytes:sub(9, 16))
        socket:unshift(bytes:sub(1, 8))
      end
    end)
    assert.is_true(same)
    assert.is_true(made < 1 << 20)
    assert.equal(bytes, socket:read())
  end)

  it("comes in order whatever part of which chunk is read, and whatever is put back", function()
    local socket = net.Socket()
    local model, seed = "", 7
    local function random(n)
      seed = (seed * 1103515245 + 12345) % (1 << 31)
      return seed // 65536 % n
    end
    for round = 1, 20000 do
      if random(2) == 0 then
        local bytes = pattern.bytes(round, 1 + random(40))
        socket:unshift(bytes)
        model = bytes .. model
      else
        local n = 1 + random(80)
        local expected = n <= #model and model:sub(1, n) or nil
        assert.equal(expected, socket:read(n))
        if expected then model = model:sub(n + 1) end
      end
      assert.equal(#model, socket.readableLength)
    end
    assert.equal(model, socket:read() or "")
  end)

  it("becomes text with few copies, of one chunk or of many", function()
    for _, count in ipairs({ 1, 4096 }) do
      local socket = net.Socket()
      for i = count, 1, -1 do
        socket:unshift(pattern.bytes(i, (1 << 20) // count))
      end
      assert.is_true(allocated(function() socket:setEncoding("latin1") end) < 8 << 20)
      assert.is_true(allocated(function() socket:setEncoding("utf8") end) < 1 << 19)
    end
  end)

  it("leaves no memory behind once it was read", function()
    local socket = net.Socket()
    socket:unshift("x")
    socket:read()
    collectgarbage()
    collectgarbage()
    local before = collectgarbage("count")
    for _ = 1, 100000 do socket:unshift("x") end
    assert.equal(100000, #socket:read())
    collectgarbage()
    collectgarbage()
    assert.is_true(collectgarbage("count") - before < 100)
    socket:unshift("again")
    assert.equal("again", socket:read())
  end)
end)

describe("unshift in 'data'", function()
  after_each(within.clean)

  it("gives back the rest of a chunk as often as there are lines in it", function()
    local near, far = pair.unix()
    local lines, wrong = 0, 0
    far:on("data", function(bytes)
      local at = bytes:find("\n", 1, true)
      if not at then return far:unshift(bytes) end
      lines = lines + 1
      if bytes:sub(1, at - 1) ~= tostring(lines) then wrong = wrong + 1 end
      if at < #bytes then far:unshift(bytes:sub(at + 1)) end
    end)
    local sent = {}
    for i = 1, 3000 do sent[i] = i .. "\n" end
    near:resume()
    near:finish(table.concat(sent))
    within(5)
    assert.equal(3000, lines)
    assert.equal(0, wrong)
  end)

  it("may be followed by pause: the rest waits for resume", function()
    local near, far = pair.unix()
    local pieces = {}
    far:on("data", function(bytes)
      pieces[#pieces + 1] = bytes:sub(1, 1)
      far:pause()
      if #bytes > 1 then far:unshift(bytes:sub(2)) end
      timers.setImmediate(function() far:resume() end)
    end)
    near:resume()
    near:finish(("0123456789"):rep(30))
    within(5)
    assert.equal(("0123456789"):rep(30), table.concat(pieces))
  end)
end)
