--- A socket that a server has accepted has room for a TCP handle; it may still connect to a path.
local net = require("lnet")
local child = require("spec.support.child")
local pair = require("spec.support.pair")
local processes = require("spec.support.processes")
local serve = require("spec.support.serve")
local within = require("spec.support.within")
local temp = require("spec.support.temp")

local function ignore() end

-- An accepted TCP socket after 'close', with a listener of 'error'.
local function accepted(options)
  local near, far = pair.tcp(options)
  far:on("error", ignore)
  near:destroy()
  far:destroy()
  within(2)
  return far
end

-- A server on a path that answers 'data' with the same.
local function echo()
  local server, path = serve.unix()
  server:on("connection", function(c)
    c:on("error", ignore)
    c:on("data", function(bytes) c:write(bytes) end)
  end)
  return server, path
end

describe("an accepted TCP socket that connects again", function()
  after_each(within.clean)
  after_each(processes.clean)
  after_each(temp.clean)

  it("to a path sends, gets and ends, and then does so over TCP", function()
    local socket = accepted({ highWaterMark = 1234 })
    local server, path = echo()
    local pieces, finished, closes = {}, 0, 0
    socket:on("data", function(bytes)
      pieces[#pieces + 1] = bytes
      socket:finish()
    end)
    socket:on("finish", function() finished = finished + 1 end)
    socket:on("close", function() closes = closes + 1 end)
    socket:connect({ path = path }, function() socket:write("over the path") end)
    socket:once("close", function() server:close() end)
    within(2)
    assert.same({ "over the path" }, pieces)
    assert.equal(13, socket.bytesRead)
    assert.equal(13, socket.bytesWritten)
    assert.equal(1234, socket.readableHighWaterMark)
    assert.equal(1234, socket.writableHighWaterMark)

    local other, port = serve.tcp()
    other:on("connection", function(c) c:on("data", function(bytes) c:write(bytes) end) end)
    socket:connect({ port = port, host = "127.0.0.1" }, function() socket:write("over TCP") end)
    socket:once("close", function() other:close() end)
    within(2)
    assert.same({ "over the path", "over TCP" }, pieces)
    assert.equal(2, finished)
    assert.equal(2, closes)
    assert.equal(1234, socket.readableHighWaterMark)
  end)

  it("to a path while its TCP handle is closed, and back, keeps what it knows", function()
    local server, path = echo()
    local other, port = serve.tcp()
    other:on("connection", function(c) c:on("data", function(bytes) c:write(bytes) end) end)
    local near, far = pair.tcp({ highWaterMark = 1234 })
    local pieces = {}
    far:on("error", ignore)
    far:on("data", function(bytes)
      pieces[#pieces + 1] = bytes
      if #pieces == 1 then
        assert.equal(1234, far.readableHighWaterMark)
        far:read(50000)
        assert.equal(65536, far.readableHighWaterMark)
        far:destroy()
        far:connect({ port = port, host = "127.0.0.1" }, function() far:write("second") end)
        assert.equal(65536, far.readableHighWaterMark)
      else
        far:destroy("my error")
        assert.equal("my error", far.errored)
      end
    end)
    far:destroy()
    far:connect({ path = path }, function() far:write("first") end)
    assert.equal(1234, far.readableHighWaterMark)
    near:on("error", ignore)
    near:resume()
    within.reached(2, function() return #pieces == 2 end)
    near:destroy()
    server:close()
    other:close()
    within(2)
    assert.same({ "first", "second" }, pieces)
    assert.equal(65536, far.readableHighWaterMark)
    assert.equal(1234, far.writableHighWaterMark)
    assert.equal("my error", far.errored)
  end)

  it("to a path, is sent to a child, and connects over TCP before that has answered", function()
    local socket = accepted()
    local server, path = serve.unix(function(c) c:on("error", ignore):resume() end)
    local other, port = serve.tcp(function(c) c:on("error", ignore):resume() end)
    local subprocess = processes.fork([[
      parent:on("message", function(_, given)
        given:destroy()
        parent:disconnect()
      end)
    ]])
    local connected = false
    socket:connect({ path = path }, function()
      subprocess:send("yours", socket)
      socket:connect({ port = port, host = "127.0.0.1" }, function()
        connected = true
        socket:destroy()
        server:close()
        other:close()
      end)
      socket:write("early")
      socket:read(100000)
      assert.equal(131072, socket.readableHighWaterMark)
    end)
    processes.closed(subprocess)
    within.reached(2, function() return connected end)
    within(2)
    assert.equal(131072, socket.readableHighWaterMark)
  end)

  it("to a path has a timeout, an encoding and a pipe there", function()
    local socket = accepted()
    local server, path = echo()
    local timeouts = 0
    server:once("connection", function(c) c:write("\xe2\x82") c:write("\xac") end)
    socket:connect({ path = path })
    socket:setTimeout(20, function()
      timeouts = timeouts + 1
      socket:destroy()
      server:close()
    end)
    socket:setEncoding("utf8")
    local got = {}
    socket:on("data", function(text) got[#got + 1] = text end)
    within(2)
    assert.equal(1, timeouts)
    assert.equal("€", table.concat(got))
    assert.equal(20, socket.timeout)
  end)

  it("keeps the error of a path where nobody listens", function()
    local socket = accepted()
    local path = temp.path()
    local errors = {}
    socket:on("error", function(err) errors[#errors + 1] = err end)
    socket:connect({ path = path })
    within(2)
    assert.equal(1, #errors)
    assert.equal("ENOENT", errors[1].code)
    assert.equal(errors[1], socket.errored)
    assert.equal(16384, socket.readableHighWaterMark)
  end)

  it("keeps the error with which it was destroyed on a path", function()
    local socket = accepted()
    local server, path = echo()
    local hadError
    socket:on("close", function(had) hadError = had end)
    socket:connect({ path = path }, function()
      socket:write("to be lost")
      socket:destroy("my error")
      server:close()
    end)
    within(2)
    assert.is_true(hadError)
    assert.equal("my error", socket.errored)
    assert.is_true(socket.destroyed)
  end)

  it("is freed with the state, while it is open on a path and halted there", function()
    local ended = child.program([[
      local net = require("lnet")
      local path = os.tmpname()
      os.remove(path)
      local inner = net.createServer(function(c) c:write("bytes") end):listen(path)
      local outer = net.createServer(function(c)
        c:destroy()
        c:on("close", function()
          if c.bytesRead > 0 then return end
          c:connect({ path = path })
          c:on("data", function(bytes)
            print(bytes)
            os.remove(path)
            error("halt")
          end)
        end)
      end)
      outer:listen(0, "127.0.0.1", function()
        net.connect({ port = outer:address().port, host = "127.0.0.1" })
      end)
      print((pcall(net.run)))
    ]]):wait()
    assert.equal("", ended.err)
    assert.equal("bytes\nfalse\n", ended.out)
    assert.equal(0, ended.code)
  end)
end)

describe("a server", function()
  after_each(within.clean)

  local function connections(server)
    local count
    server:getConnections(function(_, n) count = n end)
    within.reached(2, function() return count ~= nil end)
    return count
  end

  it("counts a connection while it is piped, and after", function()
    local server, port = serve.tcp()
    local sockets = {}
    server:on("connection", function(c) sockets[#sockets + 1] = c end)
    local clients = {}
    for i = 1, 4 do
      clients[i] = within.keep(net.connect({ port = port, host = "127.0.0.1" }))
    end
    within.reached(2, function() return #sockets == 4 end)
    assert.equal(4, connections(server))
    sockets[1]:pipe(sockets[2])
    sockets[3]:pipe(sockets[3])
    sockets[3]:unpipe(sockets[3])
    assert.equal(server, sockets[1].server)
    assert.equal(4, connections(server))
    sockets[1]:destroy()
    assert.equal(3, connections(server))
    sockets[3]:destroy()
    assert.equal(2, connections(server))
    sockets[4]:pipe(sockets[4])
    sockets[4]:unpipe()
    sockets[4]:destroy()
    assert.equal(1, connections(server))
    local closed = false
    server:close(function() closed = true end)
    for i = 1, 4 do
      clients[i]:destroy()
    end
    sockets[2]:destroy()
    within(2)
    assert.is_true(closed)
  end)
end)

describe("a socket that connects again", function()
  after_each(within.clean)
  after_each(temp.clean)

  -- A server that greets each connection, and a socket that has connected to it, has got that and
  -- does not read it.
  local function greeted()
    local server, port = serve.tcp(function(c)
      c:on("error", ignore)
      c:write("hello")
    end)
    local socket = within.keep(net.Socket())
    socket:on("readable", ignore)
    socket:connect(port, "127.0.0.1")
    within.reached(2, function() return socket.readableLength > 0 end)
    return socket, port, server
  end

  -- Connects it again; returns once what the server sends is there.
  local function again(socket, port)
    socket:connect(port, "127.0.0.1")
    assert.equal(0, socket.readableLength)
    within.reached(2, function() return socket.readableLength > 0 end)
  end

  it("keeps what comes then, whatever was not read before", function()
    local socket, port, server = greeted()
    for _ = 1, 3 do
      for i = 1, 9 do socket:unshift(i .. ",") end
      socket:destroy()
      again(socket, port)
      assert.equal("hello", socket:read())
      socket:unshift("once more")
      assert.equal("once more", socket:read())
      socket:unshift("not read")
    end
    socket:destroy()
    server:close()
  end)

  it("before its 'close' keeps what comes then, too", function()
    local socket, port, server = greeted()
    socket:destroy()
    socket:connect(port, "127.0.0.1")
    socket:unshift("in front, ")
    within.reached(2, function() return socket.readableLength > 10 end)
    assert.equal("in front, hello", socket:read())
    socket:destroy()
    server:close()
  end)

  it("is not corked by a cork that was undone after the life it was set in", function()
    local server, port = serve.tcp()
    local pieces = {}
    server:on("connection", function(c)
      c:on("error", ignore)
      c:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    end)
    for _, undo in ipairs({
      function(s) s:uncork() end,
      function(s) s:finish() end,
      function(s)
        s:cork()
        s:uncork()
        s:uncork()
      end,
      ignore,
    }) do
      local socket = within.keep(net.connect(port, "127.0.0.1"))
      socket:cork()
      socket:destroy()
      undo(socket)
      socket:connect(port, "127.0.0.1")
      assert.equal(0, socket.writableCorked)
      socket:write("sent")
      pieces = {}
      within.reached(2, function() return table.concat(pieces) == "sent" end)
      socket:destroy()
    end
    server:close()
  end)

  it("stays corked by the cork that was set for the next life", function()
    local server, port = serve.tcp()
    local socket = within.keep(net.connect(port, "127.0.0.1"))
    socket:cork()
    socket:cork()
    socket:destroy()
    socket:uncork()
    socket:cork()
    socket:connect(port, "127.0.0.1")
    assert.equal(1, socket.writableCorked)
    socket:destroy()
    server:close()
  end)
end)
