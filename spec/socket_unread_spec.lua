--- What was received and nobody has read yet.
local net = require("lnet")
local pair = require("spec.support.pair")
local pattern = require("spec.support.pattern")
local timers = require("lnet.timers")
local within = require("spec.support.within")

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
