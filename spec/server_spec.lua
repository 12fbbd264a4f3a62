local net = require("lnet")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local SOON = 30 -- ms; the loopback has delivered by then

local function ignore() end

-- A client of the server at `port`, open and reading.
local function client(port)
  local socket = keep(net.connect(port, "127.0.0.1"))
  socket:resume()
  return socket
end

-- Runs until `server` listens.
local function listening(server)
  within.reached(2, function() return server.listening and server:address() ~= nil end)
end

describe("a server", function()
  after_each(within.clean)

  it("that was just made listens nowhere and has no connections", function()
    local server = net.createServer()
    assert.is_false(server.listening)
    assert.is_nil(server:address())
    assert.is_nil(server.maxConnections)
    assert.is_nil(server.fd)
    assert.equal(0, server.connections)
  end)

  it("keeps the user's fields", function()
    local server, key = net.createServer(), {}
    server.name = "a"
    server[key] = 1
    server[1] = false
    assert.equal("a", server.name)
    assert.equal(1, server[key])
    assert.is_false(server[1])
    assert.is_nil(server.noSuchField)
    server.name = nil
    assert.is_nil(server.name)
  end)

  it("refuses assignment to a property that it keeps itself", function()
    local server = net.createServer()
    for _, name in ipairs({ "listening", "connections" }) do
      local before = server[name]
      assert.is_false((pcall(function() server[name] = 77 end)))
      assert.equal(before, server[name])
    end
  end)

  it("answers itself from listen, close, ref and unref", function()
    local server = keep(net.createServer())
    assert.equal(server, server:unref())
    assert.equal(server, server:ref())
    assert.equal(server, server:listen(0))
    assert.equal(server, server:close())
    within(2)
  end)
end)

describe("listen", function()
  after_each(within.clean)

  -- Each form: what, the arguments, the address that it must give (false: both families, or any).
  local forms = {
    { "nothing", {}, "::" },
    { "a port", { 0 }, "::" },
    { "a port as a string", { "0" }, "::" },
    { "nil and a host", { nil, "127.0.0.1", n = 2 }, "127.0.0.1" },
    { "a port and a host", { 0, "127.0.0.1" }, "127.0.0.1" },
    { "a port and a name", { 0, "localhost" }, nil },
    { "a port and a backlog", { 0, 5 }, "::" },
    { "a port, a host and a backlog", { 0, "127.0.0.1", 5 }, "127.0.0.1" },
    { "a port, nil and a backlog", { 0, nil, 5, n = 3 }, "::" },
    { "a table with port", { { port = 0 } }, "::" },
    {
      "a table with port, host and backlog",
      { { port = 0, host = "127.0.0.1", backlog = 1 } },
      "127.0.0.1",
    },
    { "a table with an IPv6 host", { { port = 0, host = "::1" } }, "::1" },
    { "a table with port and an ignored path", { { port = 0, path = "/nonexistent" } }, "::" },
    { "exclusive", { { port = 0, host = "127.0.0.1", exclusive = true } }, "127.0.0.1" },
  }
  for _, form in ipairs(forms) do
    local what, arguments, address = table.unpack(form)
    it("takes " .. what .. ", with and without a callback", function()
      for _, callback in ipairs({ false, true }) do
        local server, calls, events = keep(net.createServer()), 0, 0
        server:on("listening", function() events = events + 1 end)
        local n = arguments.n or #arguments
        local all = { table.unpack(arguments, 1, n) }
        if callback then
          n = n + 1
          all[n] = function() calls = calls + 1 end
        end
        server:listen(table.unpack(all, 1, n))
        within.reached(2, function() return events == 1 end)
        assert.equal(callback and 1 or 0, calls)
        local at = server:address()
        assert.equal("integer", math.type(at.port))
        assert.is_true(at.port > 0)
        if address then
          assert.equal(address, at.address)
          assert.equal(address:find(":") and "IPv6" or "IPv4", at.family)
        end
        assert.is_true(server.listening)
        server:close()
        within(2)
        assert.equal(1, events)
      end
    end)
  end

  it("takes a path, a path and a backlog, a table with path", function()
    local path = temp.path()
    for _, arguments in ipairs({
      { path }, { path, 5 }, { { path = path } }, { { path = path, backlog = 5 } },
    }) do
      local server, calls = keep(net.createServer()), 0
      arguments[#arguments + 1] = function() calls = calls + 1 end
      server:listen(table.unpack(arguments))
      within.reached(2, function() return calls == 1 end)
      assert.equal(path, server:address())
      assert.is_true(server.listening)
      assert.is_true(temp.exists(path))
      server:close()
      within(2)
      assert.equal(1, calls)
    end
  end)

  it("calls its callback for the first 'listening' only", function()
    local server, calls = keep(net.createServer()), 0
    server:listen(0, "127.0.0.1", function() calls = calls + 1 end)
    within.reached(2, function() return calls == 1 end)
    assert.equal(0, server:listenerCount("listening"))
    server:close()
    within(2)
    server:listen(0, "127.0.0.1")
    listening(server)
    server:close()
    within(2)
    assert.equal(1, calls)
  end)

  it("on :: takes IPv4 clients, too", function()
    local families = {}
    local server
    server = keep(net.createServer(function(socket)
      families[#families + 1] = socket.remoteFamily .. " " .. socket.remoteAddress
      socket:destroy()
      if #families == 2 then server:close() end
    end))
    server:listen(0)
    listening(server)
    client(server:address().port)
    keep(net.connect(server:address().port, "::1")):resume()
    within(2)
    table.sort(families)
    assert.same({ "IPv6 ::1", "IPv6 ::ffff:127.0.0.1" }, families)
  end)

  it("is unchanged by what the user does to his table afterwards", function()
    local options = { port = 0, host = "127.0.0.1" }
    local server = keep(net.createServer())
    server:listen(options)
    options.port, options.host = 1, "192.0.2.77"
    listening(server)
    assert.equal("127.0.0.1", server:address().address)
    server:close()
    within(2)
  end)

  it("on a port in use emits EADDRINUSE, not 'close'; another port can be tried", function()
    local first, port = serve.tcp()
    local second, log = keep(net.createServer()), trace.new()
    second:on("close", log:adder("close"))
    second:on("error", function(err)
      log:add("error " .. err.code)
      assert.is_false(second.listening)
      assert.is_nil(second:address())
      timers.setTimeout(function()
        second:listen(0, "127.0.0.1", function()
          log:add("listening")
          second:close()
          first:close()
        end)
      end, SOON)
    end)
    second:listen(port, "127.0.0.1")
    within(2)
    assert.same({ "error EADDRINUSE", "listening", "close" }, log.list)
  end)

  it("without an 'error' listener ends net.run with the error", function()
    local first, port = serve.tcp()
    keep(net.createServer()):listen(port, "127.0.0.1")
    local ok, err = pcall(within.run, 2)
    assert.is_false(ok)
    assert.equal("EADDRINUSE", err.code)
    first:close()
    within(2)
  end)

  it("again while it listens raises ERR_SERVER_ALREADY_LISTEN; after close it is fine", function()
    local server, port = serve.tcp()
    local ok, err = pcall(server.listen, server, 0)
    assert.is_false(ok)
    assert.equal("ERR_SERVER_ALREADY_LISTEN", err.code)
    assert.equal("Listen method has been called more than once without closing.", err.message)
    server:close()
    within(2)
    local accepted = 0
    server:on("connection", function(socket)
      accepted = accepted + 1
      socket:destroy()
      server:close()
    end)
    server:listen(port, "127.0.0.1", function() client(port) end)
    within(2)
    assert.equal(1, accepted)
  end)

  it("right after close, without waiting, works as in Node's example", function()
    local server, port = serve.tcp()
    local log = trace.new()
    log:watch(server, { "listening", "close", "error" })
    server:close()
    server:listen(0, "127.0.0.1")
    within.reached(2, function() return log:count("listening") == 1 end)
    assert.is_true(server.listening)
    assert.is_true(server:address().port > 0)
    assert.equal("number", type(port))
    assert.equal(0, log:count("error"))
    server:close()
    within(2)
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

describe("a server's close", function()
  after_each(within.clean)

  it("stops it; the callback gets no error and comes with 'close'", function()
    local server, port = serve.tcp()
    local log = trace.new()
    server:on("close", function(...)
      log:add("close")
      assert.equal(0, select("#", ...))
    end)
    server:close(function(err)
      assert.is_nil(err)
      log:add("callback")
    end)
    assert.is_false(server.listening)
    assert.is_nil(server:address())
    within(2)
    assert.same({ "close", "callback" }, log.list)
    local refused
    keep(net.connect(port, "127.0.0.1")):on("error", function(err) refused = err.code end)
    within(2)
    assert.equal("ECONNREFUSED", refused)
  end)

  it("waits with 'close' until the last connection has ended, and takes no new one", function()
    local server, port = serve.tcp()
    local log, accepted = trace.new(), nil
    server:on("connection", function(socket) accepted = socket end)
    local first = client(port)
    within.reached(2, function() return accepted ~= nil end)
    log:watch(server, { "close" })
    accepted:resume()
    accepted:on("close", log:adder("connection closed"))
    server:close()
    local late = keep(net.connect(port, "127.0.0.1"))
    late:on("error", function(err)
      log:add(err.code)
      first:finish()
    end)
    within(2)
    assert.same({ "ECONNREFUSED", "close", "connection closed" }, log.list)
  end)

  it("of a server that does not listen gives the callback ERR_SERVER_NOT_RUNNING", function()
    local server = keep(net.createServer())
    local errors = {}
    server:close(function(err) errors[#errors + 1] = err end)
    within(2)
    assert.equal(1, #errors)
    assert.equal("ERR_SERVER_NOT_RUNNING", errors[1].code)
    assert.equal("Server is not running.", errors[1].message)
    assert.equal("Error", errors[1].name)
  end)

  it("called twice gives the second callback ERR_SERVER_NOT_RUNNING", function()
    local server = serve.tcp()
    local log = trace.new()
    server:close(function(err) log:add("first " .. tostring(err)) end)
    server:close(function(err) log:add("second " .. err.code) end)
    within(2)
    assert.same({ "first nil", "second ERR_SERVER_NOT_RUNNING" }, log.list)
  end)

  it("right after listen keeps 'listening' from coming", function()
    local server, log = keep(net.createServer()), trace.new()
    log:watch(server, { "listening", "close", "error" })
    server:listen(0)
    server:close()
    within(2)
    assert.same({ "close" }, log.list)
  end)

  it("does not touch the open connections", function()
    local server, port = serve.tcp(function(socket) socket:pipe(socket) end)
    local received = {}
    local socket = keep(net.connect(port, "127.0.0.1"))
    socket:on("data", function(bytes)
      received[#received + 1] = bytes
      socket:finish()
    end)
    within.reached(2, function() return server.connections == 1 end)
    server:close()
    socket:write("still here")
    within(2)
    assert.equal("still here", table.concat(received))
  end)

  it("may be called in 'listening', in 'connection' and in 'close'", function()
    local server = keep(net.createServer())
    local closes = 0
    server:on("close", function()
      closes = closes + 1
      if closes == 1 then server:close(ignore) end
    end)
    server:listen(0, "127.0.0.1", function() client(server:address().port) end)
    server:on("connection", function(socket)
      socket:destroy()
      server:close()
    end)
    within(2)
    assert.is_true(closes >= 1)
    assert.is_false(server.listening)
  end)

  it("comes at the end of the block of a <close> variable", function()
    local closes = 0
    do
      local server <close> = serve.tcp()
      server:on("close", function() closes = closes + 1 end)
    end
    within(2)
    assert.equal(1, closes)
    do
      local never <close> = net.createServer() -- luacheck: ignore
    end
    within(2)
  end)
end)

describe("a server at a path", function()
  after_each(within.clean)

  it("makes the socket there, and removes it at close", function()
    local server, path = serve.unix()
    assert.is_true(temp.exists(path))
    assert.equal(path, server:address())
    server:close()
    within(2)
    assert.is_false(temp.exists(path))
  end)

  it("in use emits EADDRINUSE, and the first one works on", function()
    local first, path = serve.unix(function(socket) socket:finish("first") end)
    local second, codes = keep(net.createServer()), {}
    second:on("error", function(err) codes[#codes + 1] = err.code end)
    second:listen(path)
    within.reached(2, function() return #codes == 1 end)
    assert.same({ "EADDRINUSE" }, codes)
    assert.is_true(temp.exists(path))
    local received = {}
    local socket = keep(net.connect(path))
    socket:on("data", function(bytes) received[#received + 1] = bytes end)
    socket:on("close", function() first:close() end)
    within(2)
    assert.equal("first", table.concat(received))
  end)

  it("can listen there again after close", function()
    local server, path = serve.unix()
    server:close()
    within(2)
    server:listen(path)
    listening(server)
    assert.is_true(temp.exists(path))
    server:close()
    within(2)
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

describe("a server's unref", function()
  after_each(within.clean)

  it("lets the loop end while it listens, ref holds it again", function()
    local server = serve.tcp()
    server:unref():unref()
    within(2)
    assert.is_true(server.listening)
    server:ref():ref()
    assert.is_true(net.run("nowait"))
    server:unref()
    assert.is_false(net.run("nowait"))
    server:close()
    within(2)
  end)

  it("before listen holds for the listening server", function()
    local server = keep(net.createServer())
    server:unref()
    server:listen(0)
    within(2)
    assert.is_true(server.listening)
    server:close()
    within(2)
  end)

  it("still accepts while something else holds the loop", function()
    local accepted = 0
    local server, port = serve.tcp(function(socket)
      accepted = accepted + 1
      socket:destroy()
    end)
    server:unref()
    client(port)
    within(2)
    assert.equal(1, accepted)
    server:close()
    within(2)
  end)
end)

describe("listen with options of modern Node", function()
  after_each(within.clean)

  it("reusePort: two servers share a port, and each gets connections", function()
    local counts = { 0, 0 }
    local servers = {}
    for i = 1, 2 do
      servers[i] = keep(net.createServer(function(socket)
        counts[i] = counts[i] + 1
        socket:finish()
      end))
    end
    local left = 64 -- so many that none is left out but once in 2^63
    servers[1]:listen({ port = 0, host = "127.0.0.1", reusePort = true }, function()
      local port = servers[1]:address().port
      servers[2]:listen({ port = port, host = "127.0.0.1", reusePort = true }, function()
        for _ = 1, left do
          local peer = keep(net.connect(port, "127.0.0.1"))
          peer:resume()
          peer:on("close", function()
            left = left - 1
            if left > 0 then return end
            servers[1]:close()
            servers[2]:close()
          end)
        end
      end)
    end)
    within(5)
    assert.equal(64, counts[1] + counts[2])
    assert.is_true(counts[1] > 0 and counts[2] > 0)
  end)

  it("ipv6Only, also without a host: IPv4 is refused", function()
    local codes = {}
    local server = keep(net.createServer())
    server:listen({ port = 0, ipv6Only = true }, function()
      local peer = keep(net.connect(server:address().port, "127.0.0.1"))
      peer:on("error", function(err) codes[#codes + 1] = err.code end)
      peer:on("close", function() server:close() end)
    end)
    within(2)
    assert.same({ "ECONNREFUSED" }, codes)
  end)

  -- libuv cuts an address before a zone at 39 bytes: this one would become 127.0.0.1.
  it("listens on the address that was given, however long it is with its zone", function()
    local server = keep(net.createServer())
    server:listen(0, "0000:0000:0000:0000:0000:ffff:127.0.0.100%lo")
    listening(server)
    assert.equal("::ffff:127.0.0.100", server:address().address)
    server:close()
    within(2)
  end)
end)
