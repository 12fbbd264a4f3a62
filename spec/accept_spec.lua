--- Connections that come in: one a turn of the loop, none is lost, each is told of by an event; how
-- many there are, and how many there may be.
local child = require("spec.support.child")
local net = require("lnet")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

local function ignore() end

local function connect(port)
  local socket = keep(net.connect(port, "127.0.0.1"))
  socket:on("error", ignore)
  socket:resume()
  return socket
end

-- A client of the server at `port`, open and reading.
local function client(port)
  local socket = keep(net.connect(port, "127.0.0.1"))
  socket:resume()
  return socket
end

describe("accepting", function()
  after_each(within.clean)

  it("goes on with other events between two connections, though each causes the next", function()
    local connections, seen = 0, nil
    local server, port
    server, port = serve.tcp(function(socket)
      connections = connections + 1
      socket:destroy()
      if connections == 1 then timers.setImmediate(function() seen = connections end) end
      if connections < 200 then connect(port) else server:close() end
    end)
    connect(port)
    within(5)
    assert.equal(200, connections)
    assert.equal(1, seen)
  end)

  it("leaves to the kernel what comes while the loop is halted, by net.stop or an error", function()
    local connections = 0
    local server, port
    server, port = serve.tcp(function(socket)
      connections = connections + 1
      socket:destroy()
      if connections == 2 then net.stop() end
      if connections == 3 then error("third", 0) end
      if connections == 6 then server:close() end
    end)
    local closed = 0
    for _ = 1, 6 do connect(port):on("close", function() closed = closed + 1 end) end
    net.run()
    assert.equal(2, connections)
    local ok, err = pcall(net.run)
    assert.is_false(ok)
    assert.matches("^third", err)
    assert.equal(3, connections)
    within(5)
    assert.equal(6, connections)
    assert.equal(6, closed)
  end)

  it("resets who was not accepted when the server closes", function()
    local connections, codes = 0, {}
    local server, port
    server, port = serve.tcp(function(socket)
      connections = connections + 1
      socket:destroy()
      server:close()
    end)
    for _ = 1, 3 do
      connect(port):on("error", function(err) codes[#codes + 1] = err.code end)
    end
    within(5)
    assert.equal(1, connections)
    assert.same({ "ECONNRESET", "ECONNRESET" }, codes)
  end)

  it("holds the loop while the server is referenced, and not otherwise", function()
    local server = serve.tcp()
    assert.is_true(net.run("nowait"))
    server:unref()
    within(2)
    server:ref()
    assert.is_true(net.run("nowait"))
    server:close()
    within(2)
    server:listen(0, "127.0.0.1")
    server:unref()
    within(2)
    server:ref()
    assert.is_true(net.run("nowait"))
    server:close()
    within(2)
  end)

  it("ends a connection for which there is no descriptor, and goes on when there is one", function()
    local program = temp.file([[
      local net = require("lnet")
      local setImmediate = require("lnet.timers").setImmediate
      local path = arg[1]
      local accepted, closed, clients = 0, 0, {}
      local server = net.createServer(function(socket)
        accepted = accepted + 1
        socket:on("error", function() end):resume()
      end)
      server:on("error", function(err) print(err) end)

      -- Calls fn once all connections were accepted or ended.
      local function settled(fn)
        if accepted + closed < #clients then return setImmediate(settled, fn) end
        fn()
      end

      local function again()
        print(closed > 0)
        for _, socket in ipairs(clients) do socket:destroy() end
        local before = accepted
        setImmediate(setImmediate, function()
          net.connect(path):resume()
          local function served()
            if accepted == before then return setImmediate(served) end
            print("served again")
            os.exit(0, false)
          end
          served()
        end)
      end

      server:listen(path, function()
        for i = 1, 40 do
          clients[i] = net.connect(path):on("error", function() end):resume()
          clients[i]:on("close", function() closed = closed + 1 end)
        end
        settled(again)
      end)
      net.run()
    ]])
    local ended = child.tool(("sh -c 'ulimit -n 30; exec env LUA_PATH_5_4=\"$1\" "
      .. "LUA_CPATH_5_4=\"$2\" LD_PRELOAD=\"$3\" lua5.4 %s %s' sh %s %s %s"):format(program,
      temp.path(), child.quote(package.path), child.quote(package.cpath),
      child.quote(os.getenv("LD_PRELOAD") or ""))):wait()
    assert.equal("", ended.err)
    assert.equal("true\nserved again\n", ended.out)
    assert.equal(0, ended.code)
  end)
end)

describe("'connection'", function()
  after_each(within.clean)

  it("gives one connected socket a client", function()
    local seen = {}
    local server, port
    server, port = serve.tcp(function(...)
      local socket = ...
      assert.equal(1, select("#", ...))
      seen[#seen + 1] = socket
      assert.is_false(socket.connecting)
      assert.is_false(socket.destroyed)
      assert.is_nil(socket.timeout)
      socket:finish("hi")
      socket:resume()
      if #seen == 3 then server:close() end
    end)
    local closes = 0
    for _ = 1, 3 do
      client(port):on("close", function() closes = closes + 1 end)
    end
    within(2)
    assert.equal(3, #seen)
    assert.equal(3, closes)
    assert.not_equal(seen[1], seen[2])
    assert.not_equal(seen[2], seen[3])
  end)

  it("whose listener raises ends net.run; the connection and the server live on", function()
    local server, port = serve.tcp()
    local received, accepted = {}, 0
    server:on("connection", function(socket)
      accepted = accepted + 1
      socket:on("data", function(bytes) received[#received + 1] = bytes end)
      if accepted == 1 then error({ message = "in the listener" }) end
      server:close()
    end)
    local first = client(port)
    first:write("first ")
    local ok, err = pcall(within.run, 2)
    assert.is_false(ok)
    assert.equal("in the listener", err.message)
    within.reached(2, function() return #received == 1 end)
    first:finish()
    client(port):finish("second")
    within(2)
    assert.equal(2, accepted)
    assert.equal("first second", table.concat(received))
  end)

  it("comes for a hundred clients at once, each with its own bytes", function()
    local total = 0
    local server, port
    server, port = serve.tcp(function(socket) socket:pipe(socket) end)
    for i = 1, 100 do
      local socket = keep(net.connect(port, "127.0.0.1"))
      local pieces, sent = {}, ("%d;"):format(i):rep(1000)
      socket:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
      socket:on("close", function()
        assert.equal(sent, table.concat(pieces))
        total = total + 1
        if total == 100 then server:close() end
      end)
      socket:finish(sent)
    end
    within(10)
    assert.equal(100, total)
  end)

  it("leaves nothing behind when nobody listens for it", function()
    local server, port = serve.tcp()
    local socket = client(port)
    local closes = 0
    socket:on("close", function() closes = closes + 1 end)
    within.reached(2, function() return server.connections == 1 end)
    socket:finish()
    server:close()
    within(2)
    assert.equal(1, closes)
    assert.equal(0, server.connections)
  end)
end)

describe("a listener of 'connection'", function()
  after_each(within.clean)

  it("may close the server and raise: the socket is there, and others too", function()
    local accepted, closed = {}, 0
    local server = within.keep(net.createServer())
    server:listen(0, "127.0.0.1")
    within.reached(5, function() return server.listening end)
    server:on("connection", function(socket)
      accepted[#accepted + 1] = socket
      socket:finish("hello")
      if #accepted == 2 then server:close() end
      error("in 'connection'", 0)
    end)
    server:on("close", function() closed = closed + 1 end)
    local received = {}
    for _ = 1, 2 do
      client(server:address().port):on("data", function(bytes)
        received[#received + 1] = bytes
      end)
    end
    local raised = within.through(10)
    assert.equal(2, #raised)
    assert.equal(2, #accepted)
    assert.same({ "hello", "hello" }, received)
    assert.equal(1, closed)
  end)
end)

describe("getConnections", function()
  after_each(within.clean)

  it("gives the number of open connections, later, as the property has it at once", function()
    local server, port = serve.tcp()
    local accepted = {}
    server:on("connection", function(socket) accepted[#accepted + 1] = socket end)
    local counts = {}
    local function count()
      local called = false
      assert.equal(server, server:getConnections(function(err, n)
        assert.is_nil(err)
        assert.is_true(called)
        counts[#counts + 1] = n
      end))
      called = true
      within.run(2, "nowait")
      return server.connections
    end
    assert.equal(0, count())
    local one, two = client(port), client(port)
    within.reached(2, function() return #accepted == 2 end)
    assert.equal(2, count())
    one:destroy()
    within.reached(2, function() return accepted[1].destroyed or accepted[2].destroyed end)
    within.reached(2, function() return server.connections == 1 end)
    assert.equal(1, count())
    two:destroy()
    server:close()
    within(2)
    assert.equal(0, count())
    assert.same({ 0, 2, 1, 0 }, counts)
  end)
end)

describe("maxConnections", function()
  after_each(within.clean)

  it("closes connections above that number, without 'connection'", function()
    local accepted, dropped = 0, 0
    local server, port = serve.tcp(function() accepted = accepted + 1 end)
    server.maxConnections = 1
    assert.equal(1, server.maxConnections)
    local first = client(port)
    within.reached(2, function() return accepted == 1 end)
    local second = client(port)
    second:on("error", ignore) -- a reset, if it comes before the end
    second:on("close", function() dropped = dropped + 1 end)
    within.reached(2, function() return dropped == 1 end)
    assert.equal(1, accepted)
    assert.equal(1, server.connections)
    first:destroy()
    within.reached(2, function() return server.connections == 0 end)
    local third = client(port)
    within.reached(2, function() return accepted == 2 end)
    third:destroy()
    server:close()
    within(2)
  end)

  it("can be raised, and taken back with nil", function()
    local accepted = {}
    local server, port = serve.tcp(function(socket) accepted[#accepted + 1] = socket end)
    server.maxConnections = 1
    server.maxConnections = nil
    assert.is_nil(server.maxConnections)
    local a, b = client(port), client(port)
    within.reached(2, function() return #accepted == 2 end)
    a:destroy()
    b:destroy()
    server:close()
    within(2)
  end)
end)
