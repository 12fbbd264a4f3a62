local net = require("lnet")
local serve = require("spec.support.serve")
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
