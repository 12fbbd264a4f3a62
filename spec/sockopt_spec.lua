--- Options of the kernel's socket, as getsockopt tells them.
local net = require("lnet")
local pair = require("spec.support.pair")
local serve = require("spec.support.serve")
local sockopt = require("spec.support.sockopt")
local within = require("spec.support.within")
local keep = within.keep

-- Whether a socket is probed when idle; seconds until then, and between probes; their number.
local function probes(socket)
  return { sockopt(socket, "SO_KEEPALIVE") ~= 0, sockopt(socket, "TCP_KEEPIDLE"),
    sockopt(socket, "TCP_KEEPINTVL"), sockopt(socket, "TCP_KEEPCNT") }
end

-- The same for a socket of which nothing was set, but that it is probed or not.
local function untouched(enabled)
  local near, far = pair.tcp()
  local system = probes(near)
  assert.is_false(system[1])
  near:destroy()
  far:destroy()
  within(2)
  system[1] = enabled
  return system
end

describe("keep-alive", function()
  after_each(within.clean)

  local function both(near, far)
    near:destroy()
    far:destroy()
    within(2)
  end

  it("without a delay, or with one below a second, leaves those of the system", function()
    local on, off = untouched(true), untouched(false)
    for _, delay in ipairs({ false, 0, 1, 999, 999.9, -5000, 0 / 0, math.huge, "x", true }) do
      local near, far = pair.tcp()
      near:setKeepAlive(true, delay or nil)
      assert.same(on, probes(near))
      near:setKeepAlive()
      assert.same(off, probes(near))
      both(near, far)
    end
  end)

  it("leaves the last delay when it is turned on with none", function()
    local near, far = pair.tcp()
    near:setKeepAlive(true, 5999.9)
    assert.same({ true, 5, 1, 10 }, probes(near))
    for _, delay in ipairs({ false, 0, 999 }) do
      near:setKeepAlive(true, delay or nil)
      assert.same({ true, 5, 1, 10 }, probes(near))
      near:setKeepAlive(false)
      assert.same({ false, 5, 1, 10 }, probes(near))
      near:setKeepAlive(true, delay or nil)
      assert.same({ true, 5, 1, 10 }, probes(near))
    end
    near:setKeepAlive(true, "7000")
    assert.same({ true, 7, 1, 10 }, probes(near))
    near:setKeepAlive(false, 9000)
    assert.same({ false, 7, 1, 10 }, probes(near))
    near:setKeepAlive(true, 40000000) -- more than the system takes
    assert.same({ true, 7, 1, 10 }, probes(near))
    both(near, far)
  end)

  it("is set by the options of both ends, with and without a delay", function()
    local on, off = untouched(true), untouched(false)
    for delay, expected in pairs({ [0] = on, [999] = on, [-1] = on,
      [8000] = { true, 8, 1, 10 } }) do
      local near, far = pair.tcp({ keepAlive = true, keepAliveInitialDelay = delay })
      assert.same(expected, probes(near))
      assert.same(expected, probes(far))
      both(near, far)
    end
    local near, far = pair.tcp({ keepAlive = true })
    assert.same(on, probes(near))
    assert.same(on, probes(far))
    both(near, far)
    near, far = pair.tcp({ keepAliveInitialDelay = 8000 })
    assert.same(off, probes(near))
    assert.same(off, probes(far))
    both(near, far)
  end)

  it("that an accepted socket changes starts from the server's", function()
    local near, far = pair.tcp({ keepAlive = true, keepAliveInitialDelay = 8000 })
    far:setKeepAlive(true, 8000)
    assert.same({ true, 8, 1, 10 }, probes(far))
    far:setKeepAlive(true, 3000)
    assert.same({ true, 3, 1, 10 }, probes(far))
    both(near, far)
  end)
end)

describe("what was set on a socket", function()
  after_each(within.clean)

  local function connected(socket, port)
    socket:connect(port, "127.0.0.1")
    within.reached(2, function() return not socket.connecting end)
  end

  it("before it connects holds for each of its connections", function()
    local server, port = serve.tcp(function(far) far:resume() end)
    local socket = keep(net.Socket())
    socket:setNoDelay():setKeepAlive(true, 6000):setTypeOfService(0x10)
    for _ = 1, 3 do
      connected(socket, port)
      assert.same({ true, 6, 1, 10 }, probes(socket))
      assert.equal(1, sockopt(socket, "TCP_NODELAY"))
      assert.equal(0x10, sockopt(socket, "IP_TOS"))
      assert.equal(0x10, socket:getTypeOfService())
      socket:destroy()
      within.reached(2, function() return socket.closed and not socket.fd end)
      within.run(2, "nowait")
      collectgarbage()
    end
    server:close()
    within(2)
  end)

  it("as a delay stays when keep-alive is turned on with none, whenever that is", function()
    local server, port = serve.tcp(function(far) far:resume() end)
    local socket = keep(net.Socket())
    local function again()
      connected(socket, port)
      assert.same({ true, 6, 1, 10 }, probes(socket))
      socket:setKeepAlive(false, 3000):setKeepAlive(true)
      assert.same({ true, 6, 1, 10 }, probes(socket))
      socket:destroy()
      within.run(2, "nowait")
    end
    socket:setKeepAlive(true, 6000):setKeepAlive(true)
    socket:setKeepAlive(false, 3000):setKeepAlive(true, 0)
    again()
    again()
    server:close()
    within(2)
  end)

  it("as a delay without keep-alive has no effect", function()
    local on = untouched(true)
    local near, far = pair.tcp({ keepAliveInitialDelay = 8000 })
    near:setKeepAlive(true)
    far:setKeepAlive(true)
    assert.same(on, probes(near))
    assert.same(on, probes(far))
    near:destroy()
    far:destroy()
    within(2)
  end)

  it("while it is connected, or connecting, holds for the next connection", function()
    local server, port = serve.tcp(function(far) far:resume() end)
    local socket = keep(net.Socket())
    connected(socket, port)
    assert.equal(0, sockopt(socket, "TCP_NODELAY"))
    assert.is_false(probes(socket)[1])
    socket:setNoDelay():setKeepAlive(true, 6000):setTypeOfService(0x08)
    socket:destroy()
    within.run(2, "nowait")
    connected(socket, port)
    assert.same({ true, 6, 1, 10 }, probes(socket))
    assert.equal(1, sockopt(socket, "TCP_NODELAY"))
    assert.equal(0x08, sockopt(socket, "IP_TOS"))
    socket:destroy()
    within.run(2, "nowait")
    socket:connect(port, "127.0.0.1")
    socket:setNoDelay(false):setKeepAlive(false):setTypeOfService(0)
    within.reached(2, function() return not socket.connecting end)
    assert.is_false(probes(socket)[1])
    assert.equal(0, sockopt(socket, "TCP_NODELAY"))
    assert.equal(0, sockopt(socket, "IP_TOS"))
    socket:destroy()
    server:close()
    within(2)
  end)

  -- Each alone: what keeps the one after a close must not depend on the other being set.
  for what, option in pairs({
    ["keep-alive and its delay"] = {
      set = function(socket) socket:setKeepAlive(true, 6000) end,
      get = probes, value = { true, 6, 1, 10 },
    },
    ["no delay"] = {
      set = function(socket) socket:setNoDelay() end,
      get = function(socket) return sockopt(socket, "TCP_NODELAY") end, value = 1,
    },
    ["the type of service"] = {
      set = function(socket) socket:setTypeOfService(0x10) end,
      get = function(socket) return sockopt(socket, "IP_TOS") end, value = 0x10,
    },
  }) do
    it("holds for the next connection where it is all that was set: " .. what, function()
      local server, port = serve.tcp(function(far) far:resume() end)
      local socket = keep(net.Socket())
      connected(socket, port)
      option.set(socket)
      local closed = false
      socket:once("close", function() closed = true end)
      socket:destroy()
      within.reached(2, function() return closed end)
      connected(socket, port)
      assert.same(option.value, option.get(socket))
      socket:destroy()
      server:close()
      within(2)
    end)
  end

  it("does nothing to a Unix socket, and holds for a TCP connection after it", function()
    local server, port = serve.tcp(function(far) far:resume() end)
    local unix, path = serve.unix(function(far) far:resume() end)
    local socket = keep(net.Socket({ noDelay = true, keepAlive = true,
      keepAliveInitialDelay = 4000, typeOfService = 0x10 }))
    socket:connect(path)
    within.reached(2, function() return not socket.connecting end)
    socket:setNoDelay(true):setKeepAlive(true, 5000)
    socket:destroy()
    within.run(2, "nowait")
    connected(socket, port)
    assert.same({ true, 5, 1, 10 }, probes(socket))
    assert.equal(1, sockopt(socket, "TCP_NODELAY"))
    assert.equal(0x10, sockopt(socket, "IP_TOS"))
    socket:destroy()
    unix:close()
    server:close()
    within(2)
  end)

  it("outlives an accepted connection, too", function()
    local server, port = serve.tcp({ noDelay = true, keepAlive = true,
      keepAliveInitialDelay = 8000 })
    local far
    server:on("connection", function(socket) far = far or socket end)
    local near = keep(net.connect(port, "127.0.0.1"))
    near:on("error", function() end)
    within.reached(2, function() return far and not near.connecting end)
    far:setTypeOfService(0x10)
    far:destroy()
    within.reached(2, function() return near.destroyed end)
    collectgarbage()
    connected(far, port)
    assert.same({ true, 8, 1, 10 }, probes(far))
    assert.equal(1, sockopt(far, "TCP_NODELAY"))
    assert.equal(0x10, sockopt(far, "IP_TOS"))
    far:destroy()
    server:close()
    within(2)
  end)
end)
