local net = require("lnet")
local pair = require("spec.support.pair")
local raised = require("spec.support.raised")
local within = require("spec.support.within")
local keep = within.keep

local function ignore() end

describe("net.Socket", function()
  after_each(within.clean)

  it("makes a socket when called or through new, with and without options", function()
    for _, socket in ipairs({
      net.Socket(), net.Socket.new(), net.Socket({}), net.Socket.new({ allowHalfOpen = true }),
    }) do
      assert.is_false(socket.destroyed)
      assert.is_false(socket.connecting)
    end
    assert.is_false(net.run("nowait"))
  end)

  it("has, before it connects, no addresses and no bytes", function()
    local socket = net.Socket()
    for _, name in ipairs({
      "localAddress", "localPort", "remoteAddress", "remotePort", "remoteFamily", "fd", "timeout",
    }) do
      assert.is_nil(socket[name])
    end
    assert.same({}, socket:address())
    assert.equal(0, socket.bytesRead)
    assert.equal(0, socket.bytesWritten)
    assert.equal(0, socket.writableLength)
    assert.is_false(socket.connecting)
    assert.is_false(socket.destroyed)
    assert.is_false(socket.allowHalfOpen)
    assert.is_false(socket.writableEnded)
    assert.is_false(socket.readableEnded)
  end)

  it("has, once it is connected, the addresses of both ends", function()
    local near, far = pair.tcp()
    assert.equal("127.0.0.1", near.remoteAddress)
    assert.equal("127.0.0.1", near.localAddress)
    assert.equal("IPv4", near.remoteFamily)
    assert.equal("127.0.0.1", far.remoteAddress)
    assert.equal("127.0.0.1", far.localAddress)
    assert.equal("IPv4", far.remoteFamily)
    assert.equal(near.localPort, far.remotePort)
    assert.equal(near.remotePort, far.localPort)
    assert.equal("integer", math.type(near.localPort))
    assert.same({ port = near.localPort, family = "IPv4", address = "127.0.0.1" }, near:address())
    assert.same({ port = far.localPort, family = "IPv4", address = "127.0.0.1" }, far:address())
    near:destroy()
    far:destroy()
    within(2)
  end)

  it("has no addresses on a Unix socket", function()
    local near, far = pair.unix()
    for _, socket in ipairs({ near, far }) do
      assert.same({}, socket:address())
      for _, name in ipairs({
        "localAddress", "localPort", "remoteAddress", "remotePort", "remoteFamily",
      }) do
        assert.is_nil(socket[name])
      end
      socket:destroy()
    end
    within(2)
  end)

  it("has no addresses after it was closed", function()
    local near, far = pair.tcp()
    near:destroy()
    far:destroy()
    within(2)
    for _, name in ipairs({
      "remoteAddress", "remotePort", "remoteFamily", "localAddress", "localPort", "fd",
    }) do
      assert.is_nil(near[name])
    end
    assert.same({}, near:address())
  end)

  it("has the number of its descriptor while it has one", function()
    local near, far = pair.tcp()
    assert.equal("integer", math.type(near.fd))
    assert.is_true(near.fd > 2)
    assert.not_equal(near.fd, far.fd)
    near:destroy()
    assert.is_nil(near.fd)
    far:destroy()
    within(2)
  end)

  it("counts the bytes read and written", function()
    local near, far = pair.tcp()
    far:on("data", function(bytes) far:write(bytes .. bytes) end)
    local received = 0
    near:on("data", function(bytes)
      received = received + #bytes
      if received == 200 then near:finish() end
    end)
    near:write(("x"):rep(100))
    within(2)
    assert.equal(100, near.bytesWritten)
    assert.equal(200, near.bytesRead)
    assert.equal(100, far.bytesRead)
    assert.equal(200, far.bytesWritten)
  end)

  it("refuses assignment to a property that it keeps itself", function()
    local near, far = pair.tcp()
    for _, name in ipairs({
      "bytesRead", "bytesWritten", "bufferSize", "connecting", "destroyed", "localAddress",
      "localPort", "remoteAddress", "remotePort", "remoteFamily", "writableLength",
      "writableEnded", "readableEnded", "writableHighWaterMark",
    }) do
      local before = near[name]
      for _, value in ipairs({ 77, false }) do
        local ok, err = pcall(function() near[name] = value or nil end)
        assert.is_false(ok)
        assert.equal("TypeError", err.name)
        assert.equal(("Cannot set property %s of #<Socket> which has only a getter"):format(name),
          err.message)
      end
      assert.equal(before, near[name])
    end
    near:destroy()
    far:destroy()
    within(2)
  end)

  it("takes assignment to allowHalfOpen", function()
    local near, far = pair.tcp()
    local log = {}
    far.allowHalfOpen = true
    far:resume()
    far:on("end", function()
      log[#log + 1] = far.writableEnded
      far:finish("bye")
    end)
    near:on("data", function(bytes) log[#log + 1] = bytes end)
    near:finish()
    within(2)
    assert.same({ false, "bye" }, log)
  end)

  it("keeps the user's fields, whatever their keys and values", function()
    local socket, other = net.Socket(), net.Socket()
    local key = {}
    socket.name = "a"
    socket[1] = "one"
    socket[key] = key
    socket[ignore] = false
    socket[0.5] = 0
    socket[true] = "yes"
    assert.equal("a", socket.name)
    assert.equal("one", socket[1])
    assert.equal(key, socket[key])
    assert.is_false(socket[ignore])
    assert.equal(0, socket[0.5])
    assert.equal("yes", socket[true])
    assert.is_nil(other.name)
    assert.is_nil(other[1])
    socket.name = "b"
    assert.equal("b", socket.name)
    socket.name = nil
    assert.is_nil(socket.name)
  end)

  it("finds a field in place of a method, and the method again without it", function()
    local early, late = net.Socket(), net.Socket()
    local function own() return "own" end
    local write = late.write
    early.write, early.bytesTotal = own, 1
    early:setTimeout(60000) -- from here on it has something to free
    late:setTimeout(60000)
    late.write, late.bytesTotal = own, 2
    for total, socket in ipairs({ early, late }) do
      assert.equal("own", socket:write())
      assert.equal(total, socket.bytesTotal)
      assert.equal(0, socket.bytesRead)
      assert.equal(60000, socket.timeout)
      assert.equal(socket, socket:on("error", ignore))
      socket.write, socket.bytesTotal = nil, nil
      assert.equal(write, socket.write)
      assert.is_nil(socket.bytesTotal)
    end
    assert.equal(write, net.Socket().write)
  end)

  it("refuses nil and NaN as keys, as a table does", function()
    local socket = net.Socket()
    local ok, err = pcall(function() socket[nil] = 1 end)
    assert.is_false(ok)
    assert.matches("index is nil", err)
    ok, err = pcall(function() socket[0 / 0] = 1 end)
    assert.is_false(ok)
    assert.matches("index is NaN", err)
    assert.is_nil(socket[nil])
  end)

  it("answers nil for a field that is not there", function()
    local socket = net.Socket()
    assert.is_nil(socket.noSuchField)
    assert.is_nil(socket[1])
    assert.is_nil(socket[{}])
  end)

  it("keeps an accepted socket's fields until it is closed, though nobody else holds it", function()
    local names = {}
    local server = keep(net.createServer())
    server:on("connection", function(socket)
      socket.name = "accepted"
      socket.data = { 1, 2, 3 }
      socket:resume()
      socket:on("close", function() names[#names + 1] = socket.name .. #socket.data end)
      server:close()
    end)
    server:listen(0, "127.0.0.1", function()
      local client = keep(net.connect(server:address().port, "127.0.0.1"))
      client:resume()
      client:on("connect", function()
        collectgarbage()
        collectgarbage()
        client:finish()
      end)
    end)
    within(2)
    assert.same({ "accepted3" }, names)
  end)

  it("has finish under the name that Node gives it, too", function()
    local near, far = pair.tcp()
    local received = {}
    assert.equal("function", type(near.finish))
    assert.equal(near.finish, near["end"])
    far:on("data", function(bytes) received[#received + 1] = bytes end)
    near:resume()
    near["end"](near, "bye")
    within(2)
    assert.equal("bye", table.concat(received))
  end)

  it("answers itself where Node does, so that calls chain", function()
    local near, far = pair.tcp()
    far:resume()
    assert.equal(near, near:setNoDelay())
    assert.equal(near, near:setNoDelay(true))
    assert.equal(near, near:setNoDelay(false))
    assert.equal(near, near:setKeepAlive())
    assert.equal(near, near:setKeepAlive(true, 1000))
    assert.equal(near, near:setTimeout(0))
    assert.equal(near, near:setEncoding("utf8"))
    assert.equal(near, near:ref())
    assert.equal(near, near:unref())
    assert.equal(near, near:ref())
    assert.equal(near, near:pause())
    assert.equal(near, near:resume())
    assert.equal(near, near:on("x", ignore))
    assert.equal(near, near:finish())
    assert.equal(near, near:destroy())
    assert.equal(near, near:destroy())
    within(2)
    local socket = keep(net.Socket())
    assert.equal(socket, socket:connect("/nonexistent/lnet.sock"))
    socket:on("error", ignore)
    within(2)
  end)

  it("takes setNoDelay, setKeepAlive, ref and unref before it connects", function()
    local socket = net.Socket()
    assert.equal(socket, socket:setNoDelay(true))
    assert.equal(socket, socket:setKeepAlive(true, 1000))
    assert.equal(socket, socket:unref())
    assert.equal(socket, socket:ref())
    assert.is_false(net.run("nowait"))
  end)

  it("has no timeout by default, and keeps the one set", function()
    local socket = net.Socket()
    assert.is_nil(socket.timeout)
    socket:setTimeout(5000)
    assert.equal(5000, socket.timeout)
    socket:setTimeout(0)
    assert.equal(0, socket.timeout)
    assert.is_false(net.run("nowait"))
  end)

  it("keeps any number as its timeout, and what was set also behind 'close'", function()
    local socket = net.Socket()
    for _, ms in ipairs({ 0.5, 1.5, 0, 1, 4294967292, 4294967293, 4294967295, 1e10, -1, -2.5 }) do
      socket.timeout = ms
      assert.equal(ms, socket.timeout)
      assert.equal(math.floor(ms) == ms and "integer" or "float", math.type(socket.timeout))
    end
    socket.timeout = math.huge
    assert.equal(math.huge, socket.timeout)
    socket.timeout = nil
    assert.is_nil(socket.timeout)
    local err = raised("ERR_INVALID_ARG_TYPE", function() socket.timeout = "1" end)
    assert.equal('The "timeout" argument must be of type number. Received type string (\'1\')',
      err.message)
    assert.is_nil(socket.timeout)
    local corked, other = pair.tcp()
    corked:cork()
    corked:destroy()
    other:resume()
    within(2)
    assert.equal(1, corked.writableCorked)
    for _, ms in ipairs({ 60000, 60000.5, 3000000000 }) do
      local near, far = pair.tcp()
      near:setTimeout(ms)
      near:setEncoding("hex")
      near:destroy()
      far:resume()
      within(2)
      assert.is_true(near.closed)
      assert.equal(ms, near.timeout)
      assert.equal("hex", near.readableEncoding)
    end
  end)
end)
