local net = require("lnet")
local serve = require("spec.support.serve")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local function close(socket) socket:destroy() end

-- A TCP server that greets and ends; it takes one connection.
local function greeter(options)
  local server, port
  server, port = serve.tcp(options, function(socket)
    socket:finish("hello")
    server:close()
  end)
  return server, port
end

-- Runs until `client` is closed; returns what it received.
local function received(client)
  local pieces, errors = {}, {}
  keep(client)
  client:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
  client:on("error", function(err) errors[#errors + 1] = err end)
  within(5)
  assert.same({}, errors)
  assert.is_true(client.destroyed)
  return table.concat(pieces)
end

describe("net.connect", function()
  after_each(within.clean)

  describe("to a port", function()
    it("connects to localhost when no host is given", function()
      local server
      server = keep(net.createServer(function(socket)
        socket:finish("hello")
        server:close()
      end))
      server:listen(0)
      within.reached(2, function() return server.listening end)
      assert.equal("hello", received(net.connect(server:address().port)))
    end)

    it("takes a port and a host", function()
      local _, port = greeter()
      assert.equal("hello", received(net.connect(port, "127.0.0.1")))
    end)

    it("takes the port as a string of digits", function()
      local _, port = greeter()
      assert.equal("hello", received(net.connect(tostring(port), "127.0.0.1")))
    end)

    it("takes the port as a float without a fraction", function()
      local _, port = greeter()
      assert.equal("hello", received(net.connect(port + 0.0, "127.0.0.1")))
    end)

    it("takes a listener as the last argument, with and without a host", function()
      local calls = 0
      local function listener() calls = calls + 1 end
      local _, port = greeter()
      assert.equal("hello", received(net.connect(port, "127.0.0.1", listener)))
      assert.equal(1, calls)
      local server
      server = keep(net.createServer(function(socket)
        socket:finish("hello")
        server:close()
      end)):listen(0)
      within.reached(2, function() return server.listening end)
      assert.equal("hello", received(net.connect(server:address().port, listener)))
      assert.equal(2, calls)
    end)

    it("takes a table with port and host, and a listener", function()
      local calls = 0
      local _, port = greeter()
      local options = { port = port, host = "127.0.0.1" }
      assert.equal("hello", received(net.connect(options, function() calls = calls + 1 end)))
      assert.equal(1, calls)
      assert.same({ port = port, host = "127.0.0.1" }, options) -- the user's table is not changed
    end)

    it("takes nil in the place of an argument left out", function()
      local calls = 0
      local _, port = greeter()
      local client = net.connect(port, "127.0.0.1", nil)
      assert.equal("hello", received(client))
      _, port = greeter()
      client = net.connect({ port = port, host = "127.0.0.1", family = nil }, function()
        calls = calls + 1
      end)
      assert.equal("hello", received(client))
      assert.equal(1, calls)
    end)

    it("connects over IPv6", function()
      local server
      server = keep(net.createServer(function(socket)
        socket:finish(socket.remoteAddress .. " " .. socket.remoteFamily)
        server:close()
      end))
      server:listen(0, "::1")
      within.reached(2, function() return server.listening end)
      local port = server:address().port
      assert.same({ port = port, family = "IPv6", address = "::1" }, server:address())
      local client = net.connect(port, "::1")
      local family
      client:on("connect", function() family = client.remoteFamily end)
      assert.equal("::1 IPv6", received(client))
      assert.equal("IPv6", family)
    end)

    it("looks up a name, and tells in 'lookup' what it found", function()
      local _, port = greeter()
      local lookups = {}
      local client = net.connect({ port = port, host = "localhost", family = 4 })
      client:on("lookup", function(...) lookups[#lookups + 1] = table.pack(...) end)
      assert.equal("hello", received(client))
      assert.same({ { n = 4, nil, "127.0.0.1", 4, "localhost" } }, lookups)
    end)

    it("looks up nothing for an address", function()
      local _, port = greeter()
      local lookups = 0
      local client = net.connect(port, "127.0.0.1")
      client:on("lookup", function() lookups = lookups + 1 end)
      assert.equal("hello", received(client))
      assert.equal(0, lookups)
    end)

    it("connects from the local address and the local port asked for", function()
      local server, from
      local port
      server, port = serve.tcp(function(socket)
        from = { socket.remoteAddress, socket.remotePort }
        socket:finish("hello")
        server:close()
      end)
      local other, free = serve.tcp()
      other:close()
      within.reached(2, function() return not other.listening end)
      local client = net.connect({
        port = port, host = "127.0.0.1", localAddress = "127.0.0.2", localPort = free,
      })
      assert.equal("hello", received(client))
      assert.same({ "127.0.0.2", free }, from)
    end)
  end)

  describe("to a path", function()
    -- A server at a path that greets and ends; it takes one connection.
    local function unixGreeter()
      local server, path
      server, path = serve.unix(function(socket)
        socket:finish("hello")
        server:close()
      end)
      return path
    end

    it("takes the path, with and without a listener", function()
      local calls = 0
      assert.equal("hello", received(net.connect(unixGreeter())))
      assert.equal("hello", received(net.connect(unixGreeter(), function() calls = calls + 1 end)))
      assert.equal(1, calls)
    end)

    it("takes a table with the path, and a listener", function()
      local calls = 0
      local client = net.connect({ path = unixGreeter() }, function() calls = calls + 1 end)
      assert.equal("hello", received(client))
      assert.equal(1, calls)
    end)

    it("emits no 'lookup'", function()
      local lookups = 0
      local client = net.connect(unixGreeter())
      client:on("lookup", function() lookups = lookups + 1 end)
      assert.equal("hello", received(client))
      assert.equal(0, lookups)
    end)
  end)

  it("gives the options to the socket, too", function()
    local server, port = serve.tcp(function(socket)
      socket:resume()
      socket:finish("bye")
    end)
    local client = net.connect({ port = port, host = "127.0.0.1", allowHalfOpen = true })
    assert.is_true(client.allowHalfOpen)
    local writableAtEnd
    client:on("end", function()
      writableAtEnd = not client.writableEnded
      client:finish()
      server:close()
    end)
    assert.equal("bye", received(client))
    assert.is_true(writableAtEnd)
  end)

  it("sets the option timeout before it connects", function()
    local socket = keep(net.connect({ path = "/nonexistent/lnet.sock", timeout = 5000 }))
    assert.equal(5000, socket.timeout)
    socket:on("error", function() end)
    within(2)
  end)

  it("adds the listener for one 'connect' only", function()
    local server, port = serve.tcp(close)
    local calls = 0
    local client = keep(net.connect(port, "127.0.0.1", function() calls = calls + 1 end))
    assert.equal(1, client:listenerCount("connect"))
    client:resume()
    client:on("close", function() server:close() end)
    within(2)
    assert.equal(1, calls)
    assert.equal(0, client:listenerCount("connect"))
  end)
end)

describe("a socket that connects", function()
  after_each(within.clean)

  it("is connecting until 'connect' comes, then 'ready'", function()
    local log = trace.new()
    local server, port = serve.tcp(close)
    local client = keep(net.Socket())
    client:on("connect", function() log:add("connect " .. tostring(client.connecting)) end)
    client:on("ready", function() log:add("ready " .. tostring(client.connecting)) end)
    client:on("close", function() server:close() end)
    client:resume()
    assert.equal(client, client:connect(port, "127.0.0.1"))
    assert.is_true(client.connecting)
    within(2)
    assert.same({ "connect false", "ready false" }, log.list)
  end)

  it("has its addresses in 'connect'", function()
    local server, port = serve.tcp(close)
    local seen
    local client = keep(net.connect(port, "127.0.0.1"))
    client:on("connect", function()
      seen = { client.remoteAddress, client.remotePort, client.localAddress }
    end)
    client:on("close", function() server:close() end)
    client:resume()
    within(2)
    assert.same({ "127.0.0.1", port, "127.0.0.1" }, seen)
  end)

  it("sends what was written before it is connected, in order", function()
    local pieces, callbacks = {}, trace.new()
    local server, port
    server, port = serve.tcp(function(socket)
      socket:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
      server:close()
    end)
    local client = keep(net.connect(port, "127.0.0.1"))
    client:on("connect", callbacks:adder("connect"))
    client:resume()
    assert.is_true(client:write("a", callbacks:adder("a")))
    assert.is_true(client:write("b", callbacks:adder("b")))
    assert.equal(2, client.bytesWritten)
    client:finish("c", callbacks:adder("c"))
    within(2)
    assert.equal("abc", table.concat(pieces))
    assert.same({ "connect", "a", "b", "c" }, callbacks.list)
  end)

  it("takes finish before it is connected, over a Unix socket too", function()
    for _, start in ipairs({ serve.tcp, serve.unix }) do
      local pieces, server = {}, nil
      local at
      server, at = start(function(socket)
        socket:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
        server:close()
      end)
      local client = keep(type(at) == "number" and net.connect(at, "127.0.0.1") or net.connect(at))
      client:resume()
      client:finish("all of it")
      within(2)
      assert.equal("all of it", table.concat(pieces))
    end
  end)

  it("can be destroyed before it is connected: 'close' comes, 'connect' does not", function()
    local log = trace.new()
    local server, port = serve.tcp(close)
    local client = keep(net.connect(port, "127.0.0.1", log:adder("listener")))
    log:watch(client, { "connect", "ready", "error", "end" })
    client:on("close", function(hadError)
      log:add("close " .. tostring(hadError))
      server:close()
    end)
    assert.equal(client, client:destroy())
    assert.is_true(client.destroyed)
    assert.is_false(client.connecting)
    within(2)
    assert.same({ "close false" }, log.list)
  end)

  it("can be destroyed in 'lookup'", function()
    local log = trace.new()
    local server, port = serve.tcp(close)
    local client = keep(net.connect({ port = port, host = "localhost", family = 4 }))
    client:on("lookup", function()
      log:add("lookup")
      client:destroy()
    end)
    log:watch(client, { "connect", "ready", "error" })
    client:on("close", function()
      log:add("close")
      server:close()
    end)
    within(2)
    assert.same({ "lookup", "close" }, log.list)
  end)

  it("tells the write callbacks when it is destroyed before it is connected", function()
    local server, port = serve.tcp(close)
    local codes = {}
    local client = keep(net.connect(port, "127.0.0.1"))
    client:write("lost", function(err) codes[#codes + 1] = err.code end)
    client:on("close", function() server:close() end)
    client:destroy()
    within(2)
    assert.same({ "ERR_SOCKET_CLOSED_BEFORE_CONNECTION" }, codes)
  end)

  it("emits 'error' and then 'close' when it cannot connect", function()
    local log = trace.new()
    local client = keep(net.connect("/nonexistent/lnet.sock", log:adder("listener")))
    client:on("error", function(err)
      log:add("error " .. err.code)
      log:add("destroyed " .. tostring(client.destroyed))
      log:add("connecting " .. tostring(client.connecting))
    end)
    client:on("close", function(hadError) log:add("close " .. tostring(hadError)) end)
    log:watch(client, { "connect", "ready", "end", "finish" })
    within(2)
    assert.same({ "error ENOENT", "destroyed true", "connecting false", "close true" }, log.list)
  end)

  it("tells the write callbacks when it cannot connect", function()
    local codes = {}
    local client = keep(net.connect("/nonexistent/lnet.sock"))
    client:on("error", function(err) codes[#codes + 1] = "error " .. err.code end)
    client:write("lost", function(err) codes[#codes + 1] = "write " .. err.code end)
    within(2)
    table.sort(codes)
    assert.same({ "error ENOENT", "write ERR_SOCKET_CLOSED_BEFORE_CONNECTION" }, codes)
  end)

  it("tells of a lookup that failed in 'lookup', 'error' and 'close'", function()
    local log = trace.new()
    local client = keep(net.connect(1, "no..such.host")) -- no name server is asked for this one
    client:on("lookup", function(err, address, family, host)
      log:add(("lookup %s %s %s %s"):format(err.code, tostring(address), tostring(family), host))
    end)
    client:on("error", function(err) log:add("error " .. err.code) end)
    client:on("close", function(hadError) log:add("close " .. tostring(hadError)) end)
    within(5)
    assert.same({
      "lookup ENOTFOUND nil nil no..such.host", "error ENOTFOUND", "close true",
    }, log.list)
  end)

  it("can connect again after 'close', to another server too", function()
    local first, second, port, path
    first, port = serve.tcp(function(socket)
      socket:finish("from TCP")
      first:close()
    end)
    second, path = serve.unix(function(socket)
      socket:finish("from Unix")
      second:close()
    end)
    local pieces, log, client = {}, trace.new(), keep(net.Socket())
    client.name = "kept"
    log:watch(client, { "connect", "ready", "end", "close" })
    client:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    client:once("close", function()
      assert.is_true(client.destroyed)
      client:connect(path)
      assert.is_false(client.destroyed)
      assert.is_true(client.connecting)
      assert.equal(0, client.bytesRead)
    end)
    client:connect(port, "127.0.0.1")
    within(2)
    assert.same({ "from TCP", "from Unix" }, pieces)
    local life = { "connect", "ready", "end", "close" }
    assert.same({ life[1], life[2], life[3], life[4], table.unpack(life) }, log.list)
    assert.equal(#"from Unix", client.bytesRead)
    assert.equal("kept", client.name)
  end)

  it("drops what nobody has read when it connects again, and keeps what comes then", function()
    local server, port = serve.tcp(function(socket)
      socket:on("error", function() end)
      socket:finish("hello")
    end)
    local client = keep(net.connect(port, "127.0.0.1"))
    client:on("readable", function() end)
    for _ = 1, 3 do
      within.reached(2, function() return client.readableLength > 0 end)
      assert.equal(5, client.readableLength)
      client:destroy()
      client:connect(port, "127.0.0.1")
      assert.equal(0, client.readableLength)
    end
    within.reached(2, function() return client.readableLength > 0 end)
    client:unshift("well, ")
    assert.equal("well, hello", client:read())
    server:close()
    client:read()
    within(2)
  end)

  it("can connect again after it could not connect", function()
    local _, port = greeter()
    local pieces, errors = {}, 0
    local client = keep(net.connect("/nonexistent/lnet.sock"))
    client:on("error", function() errors = errors + 1 end)
    client:on("data", function(bytes) pieces[#pieces + 1] = bytes end)
    client:once("close", function() client:connect(port, "127.0.0.1") end)
    within(2)
    assert.equal(1, errors)
    assert.equal("hello", table.concat(pieces))
  end)
end)
