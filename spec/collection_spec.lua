--- The collector takes what nobody refers to and nothing is open of, and leaves the rest alone.
local events = require("lnet.events")
local net = require("lnet")
local pair = require("spec.support.pair")
local programs = require("spec.support.programs")
local raised = require("spec.support.raised")
local serve = require("spec.support.serve")
local timers = require("lnet.timers")
local within = require("spec.support.within")

local function ignore() end

-- Calls `make`, which returns objects and holds nothing; returns a weak table with them.
local function weakly(make)
  return setmetatable({ make() }, { __mode = "v" })
end

local function collect()
  collectgarbage()
  collectgarbage() -- the first one runs finalizers, the second frees what they held
end

describe("collection", function()
  after_each(within.clean)

  it("takes a socket that was never connected", function()
    local weak = weakly(function()
      local socket = net.Socket({ allowHalfOpen = true })
      socket:setEncoding("hex"):setTimeout(60000, ignore):setNoDelay(true)
      socket:on("data", function() socket:destroy() end) -- refers to itself
      socket.itself = socket
      return socket
    end)
    collect()
    assert.is_nil(weak[1])
  end)

  it("takes a server that never listened", function()
    local weak = weakly(function()
      local server = net.createServer()
      server:on("connection", function() server:close() end)
      server.itself = server
      return server
    end)
    collect()
    assert.is_nil(weak[1])
  end)

  it("takes a socket whose connect was refused for its arguments", function()
    local weak = weakly(function()
      local socket = net.Socket()
      raised("ERR_SOCKET_BAD_PORT", socket.connect, socket, 70000)
      return socket
    end)
    collect()
    assert.is_nil(weak[1])
  end)

  it("takes sockets after 'close', the client's and the accepted one", function()
    local weak = weakly(function()
      local sockets, server = {}, nil
      server = net.createServer(function(socket)
        sockets[1] = socket
        socket:resume()
        socket.itself = socket
        server:close()
      end)
      server:listen(0, "127.0.0.1", function()
        sockets[2] = net.connect(server:address().port, "127.0.0.1")
        sockets[2]:resume()
        sockets[2]:finish("x", function() assert.is_true(sockets[2].writableFinished) end)
      end)
      within(2)
      return sockets[1], sockets[2]
    end)
    collect()
    assert.is_nil(next(weak))
  end)

  it("takes an accepted socket in one cycle, whatever it had while it was open", function()
    local kept = setmetatable({}, { __mode = "k" }) -- what is finalized leaves it a cycle later
    local closed = 0
    local server = net.createServer(function(socket)
      kept[socket] = true
      socket.name = "accepted"
      socket:setTimeout(60000, ignore)
      socket:on("error", ignore)
      socket:on("close", function() closed = closed + 1 end)
      socket:write(("x"):rep(8 * 1024 * 1024), ignore) -- more than the kernel takes
      socket:cork()
      socket:write("y", ignore)
      socket:uncork()
      socket:resume()
    end)
    server:listen(0, "127.0.0.1")
    within.reached(2, function() return server.listening end)
    for i = 1, 4 do
      local client = net.connect(server:address().port, "127.0.0.1")
      client:on("error", ignore)
      client:on("connect", function()
        if i % 2 == 0 then client:finish() else client:resetAndDestroy() end
      end)
      client:resume()
    end
    within.reached(2, function() return closed == 4 end)
    server:close()
    within(2)
    collectgarbage()
    assert.is_nil(next(kept))
  end)

  it("leaves a socket its server, until the socket goes too", function()
    local accepted = {}
    local weak = weakly(function()
      local server
      server = net.createServer(function(socket)
        accepted[#accepted + 1] = socket
        socket:resume()
        if #accepted == 3 then server:close() end
      end)
      server:listen(0, "127.0.0.1", function()
        for _ = 1, 3 do net.connect(server:address().port, "127.0.0.1"):finish() end
      end)
      within(2)
      return server
    end)
    collect()
    assert.equal(3, #accepted)
    accepted[1].name = "a field"
    accepted[2]:setTimeout(1)
    for _, socket in ipairs(accepted) do
      assert.equal(weak[1], socket.server)
      assert.is_false(socket.server.listening)
    end
    accepted[1].server = "another"
    accepted[2].server = nil
    assert.equal("another", accepted[1].server)
    assert.is_nil(accepted[2].server)
    assert.equal(weak[1], accepted[3].server)
    assert.is_nil(net.Socket().server)
    accepted = nil
    collect()
    assert.is_nil(weak[1])
  end)

  it("lets a socket that a finalizer has brought back hear its next 'end'", function()
    local server, port = serve.tcp(function(socket)
      socket:on("error", ignore)
      socket:resume()
      socket:finish("hello")
    end)
    local back
    local function first()
      local socket = net.Socket()
      socket:on("error", ignore)
      socket:on("readable", ignore) -- it does not read, so 'end' waits
      socket:connect(port, "127.0.0.1")
      local ended, closed = false, false
      within.reached(2, function() return socket.readableLength == 5 end)
      timers.setTimeout(function() ended = true end, 30) -- ms; the FIN is here by then
      within.reached(2, function() return ended end)
      socket:on("close", function() closed = true end)
      socket:destroy()
      within.reached(2, function() return closed end)
      assert.equal("hello", socket:read()) -- now it would come
      setmetatable({ socket }, { __gc = function(holder) back = holder[1] end })
    end
    first()
    collect()
    local heard = {}
    back:removeAllListeners()
    back:on("error", ignore)
    back:on("data", function(bytes) heard[#heard + 1] = bytes end)
    back:on("end", function() heard[#heard + 1] = "end" end)
    back:on("close", function()
      heard[#heard + 1] = "close"
      server:close()
    end)
    back:connect(port, "127.0.0.1")
    within(2)
    assert.same({ "hello", "end", "close" }, heard)
  end)

  it("takes a closed socket that has something left, and leaves it that until then", function()
    local weak = weakly(function()
      local server, far
      server = net.createServer(function(socket)
        far = socket
        far:setEncoding("hex")
        far:on("readable", function()
          if far.readableLength < 4 then return end
          far:cork()
          far:destroy()
          server:close()
        end)
      end)
      server:listen(0, "127.0.0.1", function()
        net.connect(server:address().port, "127.0.0.1"):on("error", ignore):write("ab")
      end)
      within(2)
      assert.is_true(far.closed)
      assert.equal("hex", far.readableEncoding)
      assert.equal(4, far.readableLength)
      assert.equal(1, far.writableCorked)
      return far
    end)
    collect()
    assert.is_nil(weak[1])
  end)

  it("takes sockets that were piped to each other, and an object that one was piped to", function()
    local weak = weakly(function()
      local near, far = pair.tcp()
      local sink = events.EventEmitter()
      function sink.write(_self) return true end
      function sink.finish(_self) end
      far:pipe(far)
      near:pipe(far)
      near:pipe(sink)
      near:destroy()
      far:destroy()
      within.clean()
      return near, far, sink
    end)
    collect()
    assert.is_nil(next(weak))
  end)

  it("takes a socket that could not connect, and one destroyed on its way", function()
    local weak = setmetatable({}, { __mode = "v" })
    do
      weak[1] = net.connect("/nonexistent/lnet.sock")
      weak[1]:on("error", ignore)
      weak[2] = net.connect({ port = 1, host = "localhost", family = 4 })
      weak[2]:on("error", ignore)
      weak[2]:destroy()
    end
    within(2)
    collect()
    assert.is_nil(weak[1])
    assert.is_nil(weak[2])
  end)

  it("takes a server after 'close'", function()
    local weak = weakly(function()
      local server = net.createServer()
      server:listen(0, function() server:close() end)
      within(2)
      return server
    end)
    collect()
    assert.is_nil(weak[1])
  end)

  it("takes what listeners and write callbacks held, once the socket is closed", function()
    local near, far = pair.tcp()
    local weak = setmetatable({}, { __mode = "v" })
    do
      local held = {}
      weak[1] = held
      near:on("data", function() return held end)
      near:write("x", function() return held end)
      near:setTimeout(60000, function() return held end)
    end
    far:resume()
    near:destroy()
    within(2)
    within.clean()
    near, far = nil, nil -- luacheck: ignore
    collect()
    assert.is_nil(weak[1])
  end)

  it("takes the only listener of a socket when it is removed, also behind a field", function()
    local socket = net.Socket()
    local weak = weakly(function()
      local listener = function() return socket end
      socket:on("error", listener)
      socket.name = "a"
      assert.same({ listener }, socket:listeners("error"))
      socket:removeListener("error", listener)
      return listener
    end)
    collect()
    assert.is_nil(weak[1])
    assert.same({}, socket:listeners("error"))
    assert.equal("a", socket.name)
  end)

  it("takes timers that are over, cleared, and closed, and what they held", function()
    local weak = setmetatable({}, { __mode = "v" })
    do
      local held = {}
      weak[1] = held
      timers.setTimeout(function() return held end, 1)
      timers.setImmediate(function() return held end)
      timers.clearTimeout(timers.setTimeout(ignore, 60000, held))
      timers.setInterval(ignore, 60000, held):close()
      net.nextTick(ignore, held)
    end
    within(2)
    collect()
    assert.is_nil(weak[1])
  end)

  it("leaves an open socket alone, which still gets its events", function()
    local server, port = serve.tcp(function(socket) socket:pipe(socket) end)
    local received, closes = {}, 0
    do
      local socket = net.connect(port, "127.0.0.1")
      socket:on("connect", function()
        collect()
        socket:write("echo")
      end)
      socket:on("data", function(bytes)
        received[#received + 1] = bytes
        collect()
        socket:finish()
      end)
      socket:on("close", function()
        closes = closes + 1
        server:close()
      end)
    end
    collect()
    within(2)
    assert.equal("echo", table.concat(received))
    assert.equal(1, closes)
  end)

  it("leaves a connecting socket and a listening server alone, and a timer", function()
    local log = {}
    local weak = setmetatable({}, { __mode = "v" })
    do
      local server = net.createServer(function(socket) socket:destroy() end)
      weak[1] = server
      server:listen(0, "127.0.0.1", function()
        collect()
        local socket = net.connect(server:address().port, "127.0.0.1")
        weak[2] = socket
        socket:resume()
        socket:on("close", function()
          log[#log + 1] = "close"
          timers.setTimeout(function()
            log[#log + 1] = "timer"
            server:close()
          end, 1)
          collect()
        end)
      end)
    end
    collect()
    assert.is_not_nil(weak[1])
    within(2)
    assert.same({ "close", "timer" }, log)
  end)

  it("may run at any moment: in every listener, at full speed", function()
    local near, far = pair.tcp({ allowHalfOpen = true })
    local received = {}
    far:pipe(far)
    near:on("data", function(bytes)
      received[#received + 1] = bytes
      collect()
    end)
    for i = 1, 50 do
      near:write(i .. ";", collect)
    end
    near:finish(collect)
    local expected = {}
    for i = 1, 50 do
      expected[i] = i .. ";"
    end
    within(10)
    assert.equal(table.concat(expected), table.concat(received))
  end)

  it("of thousands of sockets does not let memory grow", function()
    local function make(count)
      for _ = 1, count do
        local socket = net.Socket()
        socket:on("data", ignore)
      end
      collect()
      return collectgarbage("count")
    end
    make(2000)
    local before = make(2000)
    local after = make(20000)
    assert.is_true(after < before + 2000) -- KiB; the sockets alone would be 10,000
  end)

  it("of many sockets that are closed together leaves their places to the next ones", function()
    local registry = debug.getregistry()
    local function round()
      local server, port = serve.tcp()
      local left = 200
      for _ = 1, left do
        net.connect(port, "127.0.0.1"):on("connect", function()
          left = left - 1
          if left == 0 then server:emit("all") end
        end):on("error", ignore):resume()
      end
      local accepted = {}
      server:on("connection", function(c) accepted[#accepted + 1] = c:on("error", ignore) end)
      server:on("all", function()
        timers.setTimeout(function()
          for _, c in ipairs(accepted) do c:destroy() end
          server:close()
        end, 20)
      end)
      within(5)
      collect()
      return #registry
    end
    round()
    local before = round()
    for _ = 1, 3 do
      assert.is_true(round() < before + 100)
    end
  end)
end)

describe("a socket that nobody refers to", function()
  it("does not disturb the timeout of one made while it is collected", function()
    programs.prints("timeout\n", [[
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
    programs.prints("done\n", [[
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
    programs.prints("done\n", [[
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
