--- The option onread, where lnet goes further than node; what both do alike is in the pairs
-- socket_on_read* of spec/conformance.
local core = require("lnet.core")
local net = require("lnet")
local pair = require("spec.support.pair")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

local function nothing() end

-- A socket with this option, to a server that sends the text and ends.
local function reader(text, onread)
  local server, port = serve.tcp(function(peer)
    peer:on("error", nothing) -- a reset, when not all was read
    peer:finish(text)
  end)
  local socket = within.keep(net.connect({ port = port, host = "127.0.0.1", onread = onread }))
  socket:on("close", function() server:close() end)
  return socket
end

describe("the option onread", function()
  after_each(within.clean)

  -- In node a listener of 'readable' does nothing here: its stream thinks that it reads already.
  for name, stop in pairs({
    ["pause()"] = function(socket) socket:pause() end,
    ["an answer of false"] = function() return false end,
    ["both"] = function(socket)
      socket:pause()
      return false
    end,
  }) do
    it("is started again by a listener of 'readable' after " .. name, function()
      local pieces, socket = {}, nil
      socket = reader("abcdef", {
        buffer = net.Buffer(4),
        callback = function(n, buffer)
          pieces[#pieces + 1] = buffer:sub(1, n)
          if #pieces == 1 then return stop(socket) end
        end,
      })
      within.reached(5, function() return #pieces == 1 end)
      for _ = 1, 5 do within.run(5, "nowait") end
      assert.equal(1, #pieces)
      local ends = 0
      socket:on("readable", nothing)
      socket:on("end", function() ends = ends + 1 end)
      within(5)
      assert.same({ "abcd", "ef" }, pieces)
      assert.equal(1, ends)
    end)
  end

  it("asks the function for a buffer before each connection, also on a descriptor", function()
    local asked, texts = 0, {}
    local onread = {
      buffer = function()
        asked = asked + 1
        return net.Buffer(8)
      end,
      callback = function(n, buffer) texts[#texts + 1] = buffer:sub(1, n) end,
    }
    local socket = reader("abc", onread)
    assert.equal(1, asked)
    within(5)
    assert.same({ "abc" }, texts)
    local again = asked
    local server, port = serve.tcp(function(peer) peer:finish("def") end)
    socket:on("close", function() server:close() end)
    socket:connect(port, "127.0.0.1")
    assert.equal(again + 1, asked)
    within(5)
    assert.same({ "abc", "def" }, texts)
  end)

  it("raises what the function for buffers raises when a descriptor is opened", function()
    local near, far = pair.unix()
    local fd = core.dup(near.fd)
    local onread = { buffer = function() error("no buffer today", 0) end, callback = nothing }
    local ok, err = pcall(net.Socket, { fd = fd, onread = onread })
    assert.is_false(ok)
    assert.equal("no buffer today", err)
    local taken = within.keep(net.Socket({ fd = fd })) -- it was left alone
    for _, socket in ipairs({ near, far, taken }) do socket:destroy() end
    within(5)
  end)

  it("does not open a descriptor that the function for buffers has closed", function()
    local near, far = pair.unix()
    local fd, others = near.fd, { far }
    repeat -- until all numbers below are taken
      local copy = core.dup(fd)
      others[#others + 1] = within.keep(net.Socket({ fd = copy }))
    until copy > fd
    near:destroy()
    local pipe = assert(io.popen("true")) -- gets the only low number that is free
    local name, file = temp.path(), nil
    local ok, err = pcall(net.Socket, {
      fd = fd,
      onread = {
        buffer = function()
          pipe:close()
          file = assert(io.open(name, "w")) -- and this gets it then
          return net.Buffer(4)
        end,
        callback = nothing,
      },
    })
    file:close()
    os.remove(name)
    assert.is_false(ok)
    assert.equal("EBADF", err.code)
    assert.equal("open EBADF", err.message)
    for _, socket in ipairs(others) do socket:destroy() end
    within(5)
  end)

  it("reports bytes for which there is no buffer as ENOBUFS", function()
    for _, buffer in ipairs({ net.Buffer(0), nothing }) do
      local calls, errors = 0, {}
      local socket = reader("abc", {
        buffer = buffer,
        callback = function() calls = calls + 1 end,
      })
      socket:on("error", function(err) errors[#errors + 1] = err end)
      within(5)
      assert.equal(0, calls)
      assert.equal(1, #errors)
      assert.equal("ENOBUFS", errors[1].code)
      assert.equal("read ENOBUFS", errors[1].message)
    end
  end)
end)
