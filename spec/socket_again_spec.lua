--- A socket that was closed may connect again; an accepted TCP socket, which has room for a TCP
-- handle, may also connect to a path.
local child = require("spec.support.child")
local net = require("lnet")
local pair = require("spec.support.pair")
local processes = require("spec.support.processes")
local programs = require("spec.support.programs")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

local keep = within.keep

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

describe("a socket that is given another connection", function()
  it("calls each of its lost writes back once when the first callback connects again", function()
    programs.prints("new\nlost 1,lost 2,lost 3,sent new\n", [[
      serve(printAll, function(port, server)
        local socket, told = net.Socket(), {}
        local function note(i)
          return function(err)
            told[#told + 1] = (err and "lost " or "sent ") .. i
            if i ~= 1 then return end
            socket:connect(port, "127.0.0.1")
            socket:uncork() -- there must be nothing left of the old ones to send
            socket:write("new", note("new"))
            socket:finish()
          end
        end
        socket:on("error", function() end)
        socket:cork()
        socket:connect(port, "127.0.0.1")
        for i = 1, 3 do socket:write(("old"):rep(100), note(i)) end
        socket:destroy()
        timers.setTimeout(function() print(table.concat(told, ",")) end, 50)
        server:unref()
      end)
      net.run()
    ]])
  end)

  it("calls finish back when a callback of the last finish connects again and finishes", function()
    programs.prints("lost\nfinished\n\n", [[
      serve(printAll, function(port, server)
        local socket = net.Socket()
        socket:on("error", function() end)
        socket:connect(port, "127.0.0.1")
        socket:write("x")
        socket:finish(function(err)
          print(err and "lost" or "finished")
          socket:connect(port, "127.0.0.1")
          socket:finish(function(again) print(again and "lost" or "finished") end)
        end)
        socket:destroy()
        server:unref()
      end)
      net.run()
    ]])
  end)

  it("between two runs is not told of the connection before", function()
    programs.prints("connecting true\nconnect to the same port\n", [[
      local first, second, port
      local server = serve(function(peer) peer:on("error", print):resume() end, function(at)
        port = at
        first = net.connect(port, "127.0.0.1", function() error("stop", 0) end)
        second = net.connect(port, "127.0.0.1")
      end)
      pcall(net.run)
      second:destroy()
      second:connect(port, "127.0.0.1")
      second:on("connect", function()
        print("connect to " .. (second.remotePort == port and "the same port" or "nothing"))
        second:destroy()
        server:close()
      end)
      first:destroy()
      print("connecting " .. tostring(second.connecting))
      net.run()
    ]])
  end)

  it("in 'close' may give that up for another one at once", function()
    programs.prints("close\nconnect\n", [[
      local server, socket
      server = serve(function(peer) peer:on("error", function() end):resume() end, function(port)
        socket = net.connect(port, "127.0.0.1", function() socket:destroy() end)
        socket:once("close", function()
          print("close")
          socket:connect(port, "127.0.0.1")
          socket:destroy()
          socket:connect(port, "127.0.0.1", function()
            print("connect")
            server:close()
            socket:destroy()
          end)
        end)
      end)
      net.run()
    ]])
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

describe("cork, between destroy and the next connect", function()
  after_each(within.clean)

  -- What is done between destroy and the next connect, and the corks that are left then.
  local cases = {
    ["is dropped by the next connect"] = { "", 0 },
    ["may be undone"] = { "uncork", 0 },
    ["may be undone too often"] = { "uncork uncork uncork", 0 },
    ["is undone by finish"] = { "finish", 0 },
    ["counts for the next connection"] = { "cork", 1 },
    ["counts for it behind an uncork"] = { "uncork cork cork", 2 },
    ["counts for it until an uncork"] = { "cork uncork", 0 },
  }
  for title, case in pairs(cases) do
    it(title, function()
      local server, port = serve.tcp()
      local received = {}
      server:on("connection", function(far)
        far:on("error", function() end)
        far:on("data", function(bytes) received[#received + 1] = bytes end)
      end)
      local socket = keep(net.Socket())
      socket:cork()
      for _ = 1, 2 do
        socket:connect(port, "127.0.0.1")
        socket:write("lost")
        socket:destroy()
        for method in case[1]:gmatch("%a+") do socket[method](socket) end
      end
      socket:connect(port, "127.0.0.1")
      assert.equal(case[2], socket.writableCorked)
      for _ = 1, case[2] do socket:uncork() end
      socket:write("kept")
      within.reached(2, function() return #received > 0 end)
      assert.equal("kept", table.concat(received))
      socket:destroy()
      server:close()
      within(2)
    end)
  end
end)

describe("writableLength of a socket that connects again", function()
  after_each(within.clean)

  it("forgets what was lost even if the socket is used again before that is told", function()
    local near, far = pair.unix({ allowHalfOpen = true })
    local server, path = serve.unix()
    local again = false
    server:on("connection", function(socket) socket:resume() end)
    near:on("error", function() end)
    far:destroy()
    near:on("end", function()
      near:write("first", function() end)
      near:write("second")
      assert.equal(6, near.writableLength) -- they were tried, and the first one has failed
      near:destroy()
      near:connect(path)
      near:write("third")
      again = true
    end)
    near:resume()
    within.reached(5, function() return again and near.writableLength == 0 end)
    near:destroy()
    server:close()
    within(5)
  end)
end)
