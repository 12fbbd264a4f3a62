local net = require("lnet")
local programs = require("spec.support.programs")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local trace = require("spec.support.trace")
local within = require("spec.support.within")
local keep = within.keep

local SOON = 30 -- ms; the loopback has delivered by then

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

describe("listen that is called in", function()
  it("'newListener' makes the outer call refuse to listen twice", function()
    programs.prints("ERR_SERVER_ALREADY_LISTEN\nfalse\n", [[
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
