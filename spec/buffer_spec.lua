local net = require("lnet")
local pair = require("spec.support.pair")
local serve = require("spec.support.serve")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

local function refused(name, code, fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert.equal(name, err.name)
  assert.equal(code, err.code)
end

describe("net.Buffer", function()
  it("is a block of zeros of the size asked for", function()
    local buffer = net.Buffer(3)
    assert.equal(3, #buffer)
    assert.equal("\0\0\0", buffer:sub(1))
    assert.equal("\0\0\0", tostring(buffer))
    assert.equal(0, #net.Buffer.new(0))
  end)

  it("refuses sizes that are none", function()
    refused("TypeError", "ERR_INVALID_ARG_TYPE", net.Buffer, "3")
    refused("TypeError", "ERR_INVALID_ARG_TYPE", net.Buffer)
    refused("RangeError", "ERR_OUT_OF_RANGE", net.Buffer, -1)
    refused("RangeError", "ERR_OUT_OF_RANGE", net.Buffer, 1.5)
    refused("RangeError", "ERR_OUT_OF_RANGE", net.Buffer, 2 ^ 60)
  end)

  it("keeps none of the views that a view was made of", function()
    local view = net.Buffer(16):set(1, "0123456789abcdef")
    local seen = setmetatable({}, { __mode = "k" })
    for i = 1, 1000 do
      view = view:slice(i % 2 + 1, -1):slice(1, -1)
      seen[view] = true
      if #view == 1 then view = net.Buffer(16):set(1, "0123456789abcdef") end
    end
    collectgarbage()
    collectgarbage()
    local count = 0
    for _ in pairs(seen) do count = count + 1 end
    assert.is_true(count <= 1)
  end)

  it("keeps the bytes of a view of a view when nobody else does", function()
    local view = net.Buffer(1 << 16):set(1, ("0123456789"):rep(6553)):slice(11, -1):slice(11, 20)
    collectgarbage()
    collectgarbage()
    for _ = 1, 64 do -- each would get the block, were it free
      assert.equal(1 << 16, #net.Buffer(1 << 16))
    end
    assert.equal("0123456789", tostring(view))
  end)

  it("gives what string.sub and string.byte give for the same bytes", function()
    local text = "abc\0\255"
    local buffer = net.Buffer(#text):set(1, text)
    for i = -7, 7 do
      assert.equal(text:sub(i), buffer:sub(i))
      assert.same({ text:byte(i) }, { buffer:byte(i) })
      for j = -7, 7 do assert.equal(text:sub(i, j), buffer:sub(i, j)) end
    end
  end)

  it("finds what string.find finds plainly", function()
    local text = "one.two.one"
    local buffer = net.Buffer(#text):set(1, text)
    for _, what in ipairs({ "one", "two", ".", "", "none", text, text .. "x" }) do
      for init = -13, 13 do
        local from, to = text:find(what, init, true)
        local first, last = buffer:find(what, init)
        assert.equal(from, first)
        assert.equal(to, last)
      end
    end
  end)

  it("has slices that are views of the same bytes, and keep them", function()
    local slice
    do
      local buffer = net.Buffer(6):set(1, "abcdef")
      slice = buffer:slice(2, -2):slice(2)
      buffer:set(3, "C")
    end
    collectgarbage()
    collectgarbage()
    assert.equal(3, #slice)
    assert.equal("Cde", slice:sub(1))
  end)

  it("refuses an index that is none", function()
    local buffer = net.Buffer(3)
    for _, name in ipairs({ "sub", "byte", "slice" }) do
      refused("TypeError", "ERR_INVALID_ARG_TYPE", buffer[name], buffer, "x")
      refused("TypeError", "ERR_INVALID_ARG_TYPE", buffer[name], buffer, {})
      refused("RangeError", "ERR_OUT_OF_RANGE", buffer[name], buffer, 1.5)
    end
    refused("TypeError", "ERR_INVALID_ARG_TYPE", buffer.find, buffer, "a", "x")
    refused("TypeError", "ERR_INVALID_ARG_TYPE", buffer.find, buffer, 5)
    assert.equal("\0\0", buffer:sub("2"))
  end)

  it("sets only what fits, and nothing otherwise", function()
    local buffer = net.Buffer(3)
    refused("RangeError", "ERR_OUT_OF_RANGE", buffer.set, buffer, 3, "ab")
    refused("RangeError", "ERR_OUT_OF_RANGE", buffer.set, buffer, 0, "a")
    refused("TypeError", "ERR_INVALID_ARG_TYPE", buffer.set, buffer, 1, {})
    assert.equal("\0\0\0", buffer:sub(1))
  end)

  describe("written", function()
    after_each(within.clean)

    it("sends the bytes as they are at the call", function()
      local near, far = pair.tcp()
      local received = {}
      far:on("data", function(bytes) received[#received + 1] = bytes end)
      local size = 3000000
      local buffer, expected = net.Buffer(size), {}
      for i = 1, 30 do
        expected[i] = string.char(64 + i):rep(size // 30)
        buffer:set((i - 1) * (size // 30) + 1, expected[i])
      end
      near:write(buffer)
      near:write(buffer:slice(1, 3))
      buffer:set(1, ("z"):rep(size))
      near:finish()
      within(5)
      assert.equal(table.concat(expected) .. "AAA", table.concat(received))
    end)
  end)
end)

describe("the option onread", function()
  after_each(within.clean)

  local function server(text)
    return serve.tcp(function(socket)
      socket:on("error", function() end) -- a reset, when what was sent is not read
      socket:finish(text)
    end)
  end

  it("reads into one buffer, and there is no 'data'", function()
    local listening, port = server("hello world")
    local buffer, pieces, data = net.Buffer(4), {}, 0
    local socket = keep(net.connect({
      port = port,
      host = "127.0.0.1",
      onread = {
        buffer = buffer,
        callback = function(n, same)
          assert.equal(buffer, same)
          pieces[#pieces + 1] = same:sub(1, n)
        end,
      },
    }))
    socket:on("data", function() data = data + 1 end)
    socket:on("close", function() listening:close() end)
    within(5)
    assert.same({ "hell", "o wo", "rld" }, pieces)
    assert.equal(0, data)
    assert.equal(11, socket.bytesRead)
  end)

  it("asks a function for each buffer", function()
    local listening, port = server("abcdef")
    local asked, seen = {}, {}
    local socket = keep(net.connect({
      port = port,
      host = "127.0.0.1",
      onread = {
        buffer = function()
          asked[#asked + 1] = net.Buffer(3)
          return asked[#asked]
        end,
        callback = function(n, buffer)
          assert.equal(asked[#asked], buffer)
          seen[#seen + 1] = buffer:sub(1, n)
        end,
      },
    }))
    socket:on("close", function() listening:close() end)
    within(5)
    assert.same({ "abc", "def" }, seen)
    assert.is_true(#asked >= 2)
  end)

  -- A socket whose function for buffers calls `act` once, before the second read: for the first it
  -- was asked inside connect. What was read, and whether it closed.
  local function actingOnce(act)
    local listening, port = server("abcdef")
    local text, acted, closed, socket = "", false, 0, nil
    socket = keep(net.connect({
      port = port,
      host = "127.0.0.1",
      onread = {
        buffer = function()
          if socket and not acted then
            acted = true
            act(socket)
          end
          return net.Buffer(4)
        end,
        callback = function(n, buffer) text = text .. buffer:sub(1, n) end,
      },
    }))
    socket:on("close", function()
      closed = closed + 1
      listening:close()
    end)
    return function() return text, closed end
  end

  it("may be destroyed by the function that gives buffers", function()
    for _, name in ipairs({ "destroy", "resetAndDestroy" }) do
      local result = actingOnce(function(socket) socket[name](socket) end)
      within(5)
      assert.same({ "abcd", 1 }, { result() })
    end
  end)

  it("may be paused by the function that gives buffers", function()
    local early
    local result
    result = actingOnce(function(socket)
      socket:pause()
      timers.setTimeout(function()
        early = result()
        socket:resume()
      end, 20)
    end)
    within(5)
    assert.equal("abcd", early)
    assert.same({ "abcdef", 1 }, { result() })
    result = actingOnce(function(socket) socket:pause():resume() end)
    within(5)
    assert.same({ "abcdef", 1 }, { result() })
  end)

  it("asks again after the function has raised", function()
    local result = actingOnce(function() error("mine") end)
    local ok, err = pcall(net.run)
    assert.is_false(ok)
    assert.truthy(err:find("mine", 1, true))
    within(5)
    assert.same({ "abcdef", 1 }, { result() })
  end)

  it("pauses when the callback returns false, until resume", function()
    local listening, port = server("0123456789")
    local pieces, resumed = {}, 0
    local socket
    socket = keep(net.connect({
      port = port,
      host = "127.0.0.1",
      onread = {
        buffer = net.Buffer(5),
        callback = function(n, buffer)
          pieces[#pieces + 1] = buffer:sub(1, n)
          timers.setTimeout(function()
            resumed = resumed + 1
            assert.equal(resumed, #pieces)
            socket:resume()
          end, 5)
          return false
        end,
      },
    }))
    socket:on("close", function() listening:close() end)
    within(5)
    assert.same({ "01234", "56789" }, pieces)
    assert.equal(2, resumed)
  end)

  it("ends net.run with what its callback raises, and goes on", function()
    local listening, port = server("ab")
    local calls = 0
    local socket = keep(net.connect({
      port = port,
      host = "127.0.0.1",
      onread = {
        buffer = net.Buffer(1),
        callback = function()
          calls = calls + 1
          if calls == 1 then error("boom") end
        end,
      },
    }))
    socket:on("close", function() listening:close() end)
    local ok, err = pcall(within, 5)
    assert.is_false(ok)
    assert.matches("boom", err)
    within(5)
    assert.equal(2, calls)
  end)
end)
