--- What once went wrong: each program crashed, hung, or lost or mixed bytes. A program runs in a
-- process of its own, as a crash must not end the other tests.
local child = require("spec.support.child")

-- Every program begins with this: a listening server on the loopback, and what was received.
local PRELUDE = [[
local net, timers = require("lnet"), require("lnet.timers")
local function serve(listener, ready)
  local server = net.createServer(listener)
  server:listen(0, "127.0.0.1", function() ready(server:address().port, server) end)
  return server
end
local function printAll(socket)
  local chunks = {}
  socket:on("data", function(bytes) chunks[#chunks + 1] = bytes end)
  socket:on("end", function() print(table.concat(chunks)) end)
end
]]

-- Runs the program; it must end well and print just these lines.
local function prints(expected, source)
  local result = child.program(PRELUDE .. source):wait()
  assert.equal("", result.err)
  assert.equal(expected, result.out)
  assert.equal(0, result.code)
end

describe("a socket that nobody refers to", function()
  it("does not disturb the timeout of one made while it is collected", function()
    prints("timeout\n", [[
      local new
      do
        local old = net.Socket()
        old:setTimeout(50)
        setmetatable({}, { __gc = function()
          new = net.Socket()
          new:setTimeout(10, function() print("timeout") end)
        end })
      end
      collectgarbage()
      collectgarbage()
      timers.setTimeout(function() end, 60)
      net.run()
    ]])
  end)

  it("may get a timeout from a finalizer of the user's", function()
    prints("done\n", [[
      do
        local object = {}
        setmetatable(object, { __gc = function() object.socket:setTimeout(10, function() end) end })
        object.socket = net.Socket()
      end
      for _ = 1, 3 do collectgarbage() end
      local garbage = {}
      for i = 1, 20000 do garbage[i] = ("x"):rep(400) .. i end
      timers.setTimeout(function() print("done") end, 40)
      net.run()
    ]])
  end)

  it("may get a listener from a finalizer of the user's", function()
    prints("done\n", [[
      do
        local object = {}
        setmetatable(object, { __gc = function() object.socket:on("data", print) end })
        object.socket = net.Socket()
        object.socket:on("resume", function() end)
      end
      for _ = 1, 3 do collectgarbage() end
      local garbage = {}
      for i = 1, 20000 do garbage[i] = ("x"):rep(400) .. i end
      net.run()
      print("done")
    ]])
  end)
end)

describe("writes", function()
  it("keep their order when one comes before cork and one after uncork", function()
    prints("abcde\n", [[
      serve(printAll, function(port, server)
        local socket
        socket = net.connect(port, "127.0.0.1", function()
          socket:write("a")
          socket:cork()
          socket:write("b")
          socket:write("c")
          socket:uncork()
          socket:write("d")
          socket:finish("e")
          server:close()
        end)
      end)
      net.run()
    ]])
  end)

  it("go out whole from the callback that several writes share", function()
    prints("called 4 times\n20000003 bytes\n", [[
      serve(function(socket)
        local length = 0
        socket:on("data", function(bytes) length = length + #bytes end)
        socket:on("end", function() print(length .. " bytes") end)
      end, function(port, server)
        local socket, called = nil, 0
        local function callback()
          called = called + 1
          if called == 1 then socket:write(("x"):rep(20000000), callback):finish() end
          if called == 4 then print("called 4 times") end
        end
        socket = net.connect(port, "127.0.0.1", function()
          socket.write = function(self, ...) -- to chain
            net.Socket.write(self, ...)
            return self
          end
          socket:write("a", callback):write("b", callback):write("c", callback)
          server:close()
        end)
      end)
      net.run()
    ]])
  end)

  it("are each called back once when the first of lost ones connects again", function()
    prints("new\nlost 1,lost 2,lost 3,sent new\n", [[
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

  it("arrive as they were when a listener of 'newListener' writes too", function()
    prints(("outer"):rep(2000) .. "inner\n", [[
      serve(printAll, function(port, server)
        local socket, done = net.Socket(), false
        socket:connect(port, "127.0.0.1")
        socket:on("newListener", function(event)
          if event ~= "connect" or done then return end
          done = true
          socket:write("inner")
        end)
        socket:write(("outer"):rep(2000), function() end)
        collectgarbage()
        local garbage = {}
        for i = 1, 1000 do garbage[i] = ("x"):rep(10000) .. i end
        socket:finish()
        socket:on("connect", function() server:close() end)
        socket:resume()
      end)
      net.run()
    ]])
  end)
end)

describe("finish", function()
  it("calls back when a callback of the last end connects again and finishes", function()
    prints("lost\nfinished\n\n", [[
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
end)

describe("connect", function()
  local UNIX = [[
    local path = os.tmpname()
    os.remove(path)
    local server = net.createServer({ allowHalfOpen = true }, function(peer)
      peer:on("error", function() end)
      peer:on("end", function() peer:finish() end):resume()
    end)
    local function watch(socket)
      socket:on("error", function(err) print(err.code) end)
      socket:on("close", function() server:close() end)
    end
  ]]

  it("to a path fails after finish on an open socket", function()
    prints("EISCONN\n", UNIX .. [[
      server:listen(path, function()
        local socket
        socket = net.connect(path, function()
          socket:finish()
          socket:connect(path)
        end)
        watch(socket)
      end)
      net.run()
    ]])
  end)

  it("to a path twice leaves nothing that net.run would wait for", function()
    prints("EISCONN\n", UNIX .. [[
      server:listen(path, function()
        local socket = net.Socket()
        watch(socket)
        socket:connect(path)
        socket:connect(path)
      end)
      net.run()
    ]])
  end)

  it("again between two runs is not told of the connection before", function()
    prints("connecting true\nconnect to the same port\n", [[
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
end)

describe("a connection that begins in 'close'", function()
  it("may be given up for another one at once", function()
    prints("close\nconnect\n", [[
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

describe("os.exit(code, true)", function()
  it("ends the process behind net.stop, with timers and sockets under way", function()
    local result = child.program(PRELUDE .. [[
      timers.setInterval(function() end, 1000)
      timers.setImmediate(function() end)
      serve(function(peer)
        peer:on("close", function()
          net.stop()
          print("exit")
          os.exit(7, true)
        end)
        peer:destroy()
      end, function(port)
        for _ = 1, 5 do
          net.connect(port, "127.0.0.1"):on("error", function() end):resume()
        end
      end)
      net.run()
    ]]):wait()
    assert.equal("exit\n", result.out)
    assert.not_matches("runtime error", result.err) -- it may see what libuv cannot free now
    assert.is_true(result.code == 7 or result.err:find("LeakSanitizer", 1, true) ~= nil)
  end)

  it("ends the process in 'lookup' while other lookups have just ended", function()
    local result = child.program(PRELUDE .. [[
      for _ = 1, 6 do
        net.connect(1, "localhost"):on("error", function() end):on("lookup", function()
          print("exit")
          os.exit(7, true)
        end)
      end
      local start = os.clock()
      while os.clock() - start < 0.3 do end -- all six end meanwhile
      net.run()
    ]]):wait()
    assert.equal("exit\n", result.out)
    assert.equal(7, result.code)
  end)

  it("ends the process in 'close' while other sockets with writes are being closed", function()
    local result = child.program(PRELUDE .. [[
      local sockets = {}
      serve(function(peer) peer:pause():on("error", function() end) end, function(port)
        for i = 1, 5 do
          sockets[i] = net.connect(port, "127.0.0.1", function()
            sockets[i]:write(("x"):rep(20000000))
          end)
          sockets[i]:on("close", function()
            print("exit")
            os.exit(7, true)
          end)
        end
        timers.setTimeout(function()
          for _, socket in ipairs(sockets) do socket:destroy() end
        end, 100)
      end)
      net.run()
    ]]):wait()
    assert.equal("exit\n", result.out)
    assert.not_equal(124, result.code) -- a sanitizer may see what libuv cannot free now
  end)
end)

describe("a server", function()
  it("refuses to listen twice when a listener of 'newListener' has it listen", function()
    prints("ERR_SERVER_ALREADY_LISTEN\nfalse\n", [[
      local server, inside = net.createServer(), false
      server:on("newListener", function(event)
        if event ~= "listening" or inside then return end
        inside = true
        server:listen(0)
      end)
      local _, err = pcall(server.listen, server, 0, function() end)
      print(err.code)
      server:close()
      print(net.run())
    ]])
  end)
end)

describe("removeAllListeners", function()
  it("ends when a listener of 'removeListener' adds again what was removed", function()
    prints("2\n", [[
      local socket = net.Socket()
      socket:on("tick", print):on("tick", print)
      socket:on("removeListener", function(event, listener) socket:on(event, listener) end)
      socket:removeAllListeners("tick")
      print(socket:listenerCount("tick"))
    ]])
  end)
end)
