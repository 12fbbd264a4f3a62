--- The option `blockList` of servers and sockets.
local net = require("lnet")
local pair = require("spec.support.pair")
local raised = require("spec.support.raised")
local serve = require("spec.support.serve")
local trace = require("spec.support.trace")
local within = require("spec.support.within")

local function listOf(...)
  local list = net.BlockList()
  for _, address in ipairs({ ... }) do
    list:addAddress(address, net.isIPv6(address) and "ipv6" or "ipv4")
  end
  return list
end

-- A lookup that answers with these addresses.
local function lookupOf(...)
  local answer = {}
  for i, address in ipairs({ ... }) do
    answer[i] = { address = address, family = net.isIP(address) }
  end
  return function(_, _, callback) net.nextTick(callback, nil, answer) end
end

describe("the option blockList of a server", function()
  after_each(within.clean)

  it("closes a blocked peer without an event", function()
    local events = trace.new()
    local server, port = serve.tcp({ blockList = listOf("127.0.0.1") })
    events:watch(server, { "connection", "drop", "error" })
    local socket = within.keep(net.connect(port, "127.0.0.1"))
    local ended
    socket:on("end", function() ended = true end):on("error", function() ended = true end)
    socket:on("close", function() server:close() end):resume()
    within(5)
    assert.is_true(ended)
    assert.same({}, events.list)
    assert.equal(0, server.connections)
  end)

  it("lets the others in, and counts the blocked for nothing", function()
    local list = listOf("127.0.0.1")
    local server, port = serve.tcp({ blockList = list })
    server.maxConnections = 1
    local accepted, drops = 0, 0
    server:on("connection", function() accepted = accepted + 1 end)
    server:on("drop", function() drops = drops + 1 end)
    local blocked = within.keep(net.connect(port, "127.0.0.1")):resume()
    blocked:on("error", function() end)
    within.reached(5, function() return blocked.destroyed end)
    local socket = within.keep(net.connect({ port = port, host = "127.0.0.1",
      localAddress = "127.0.0.2" }))
    within.reached(5, function() return accepted == 1 end)
    local again = within.keep(net.connect(port, "127.0.0.1")):resume()
    again:on("error", function() end)
    within.reached(5, function() return again.destroyed end)
    assert.equal(0, drops)
    assert.equal(list, server.blockList)
    socket:destroy()
    server:close()
    within(5)
  end)

  it("knows a mapped peer of a server on ::", function()
    local server = within.keep(net.createServer({ blockList = listOf("127.0.0.1") }))
    local accepted = 0
    server:on("connection", function() accepted = accepted + 1 end)
    server:listen(0)
    within.reached(5, function() return server.listening end)
    if server:address().family == "IPv6" then
      local socket = within.keep(net.connect(server:address().port, "127.0.0.1")):resume()
      socket:on("error", function() end)
      within.reached(5, function() return socket.destroyed end)
    end
    assert.equal(0, accepted)
    server:close()
    within(5)
  end)

  it("may be changed at any time", function()
    local server, port = serve.tcp()
    local accepted = 0
    server:on("connection", function(socket)
      accepted = accepted + 1
      socket:destroy()
    end)
    local function try()
      local socket = within.keep(net.connect(port, "127.0.0.1")):resume()
      socket:on("error", function() end)
      within.reached(5, function() return socket.destroyed end)
      return accepted
    end
    assert.is_nil(server.blockList)
    assert.equal(1, try())
    server.blockList = listOf("127.0.0.1")
    collectgarbage()
    assert.equal(1, try())
    server.blockList = nil
    assert.equal(2, try())
    raised("ERR_INVALID_ARG_TYPE", function() server.blockList = "x" end)
    server:close()
    within(5)
  end)

  it("means nothing to a Unix socket", function()
    local list = net.BlockList()
    list:addSubnet("0.0.0.0", 0)
    list:addSubnet("::", 0, "ipv6")
    local near, far = pair.unix({ blockList = list })
    assert.is_false(near.destroyed or far.destroyed)
    near:destroy()
    far:destroy()
    within(5)
  end)

  it("must be a BlockList", function()
    for _, value in ipairs({ 1, "x", {}, false }) do
      local err = raised("ERR_INVALID_ARG_TYPE", net.createServer, { blockList = value })
      assert.truthy(err.message:find(
        'The "options.blockList" property must be an net.BlockList. Received ', 1, true))
    end
  end)
end)

describe("the option blockList of a socket", function()
  after_each(within.clean)

  local function assertBlocked(err, address)
    assert.equal("Error", err.name)
    assert.equal("ERR_IP_BLOCKED", err.code)
    assert.equal("IP(" .. address .. ") is blocked by net.BlockList", err.message)
  end

  it("keeps it from the addresses in it", function()
    local server, port = serve.tcp()
    local accepted = 0
    server:on("connection", function() accepted = accepted + 1 end)
    local makers = {
      function(list) return net.connect({ port = port, host = "127.0.0.1", blockList = list }) end,
      function(list) return net.Socket({ blockList = list }):connect(port, "127.0.0.1") end,
      function(list)
        return net.Socket():connect({ port = port, host = "127.0.0.1", blockList = list })
      end,
    }
    local closed = 0
    for _, make in ipairs(makers) do
      local socket = within.keep(make(listOf("127.0.0.1")))
      local events = trace.new()
      events:watch(socket, { "connect", "ready" })
      socket:on("error", function(err) assertBlocked(err, "127.0.0.1") end)
      socket:on("close", function(hadError)
        assert.is_true(hadError)
        assert.same({}, events.list)
        closed = closed + 1
        if closed == #makers then server:close() end
      end)
    end
    within(5)
    assert.equal(#makers, closed)
    assert.equal(0, accepted)
  end)

  it("is about what a name stands for, after the lookup", function()
    local socket = within.keep(net.connect({ port = 1, host = "some.host",
      lookup = lookupOf("127.0.0.9"), blockList = listOf("127.0.0.9") }))
    local found, failure
    socket:on("lookup", function(_, address) found = address end)
    socket:on("error", function(err) failure = err end)
    within(5)
    assert.equal("127.0.0.9", found)
    assertBlocked(failure, "127.0.0.9")
  end)

  it("fails one attempt among several", function()
    local server, port = serve.tcp(function(socket) socket:destroy() end)
    local socket = within.keep(net.connect({ port = port, host = "some.host",
      lookup = lookupOf("127.0.0.9", "127.0.0.1"), blockList = listOf("127.0.0.9") }))
    local events = trace.new()
    socket:on("connectionAttempt", function(address) events:add("attempt " .. address) end)
    socket:on("connectionAttemptFailed", function(address, failedPort, family, err)
      assert.equal(port, failedPort)
      assert.equal(4, family)
      assertBlocked(err, "127.0.0.9")
      events:add("failed " .. address)
    end)
    socket:on("connect", function() events:add("connect") end)
    socket:on("close", function() server:close() end):resume()
    within(5)
    assert.same({ "failed 127.0.0.9", "attempt 127.0.0.1", "connect" }, events.list)
  end)

  it("fails with all errors when every address is blocked", function()
    local socket = within.keep(net.connect({ port = 1, host = "some.host",
      lookup = lookupOf("127.0.0.8", "::1"), blockList = listOf("127.0.0.8", "::1") }))
    local failure
    socket:on("error", function(err) failure = err end)
    within(5)
    assert.equal("AggregateError", failure.name)
    assert.equal("ERR_IP_BLOCKED", failure.code)
    assert.equal(2, #failure.errors)
    assertBlocked(failure.errors[1], "127.0.0.8")
    assertBlocked(failure.errors[2], "::1")
  end)

  it("must be a BlockList", function()
    for _, value in ipairs({ 1, "x", {}, false }) do
      raised("ERR_INVALID_ARG_TYPE", net.connect, { port = 1, blockList = value })
      raised("ERR_INVALID_ARG_TYPE", net.Socket, { blockList = value })
      local socket = net.Socket()
      raised("ERR_INVALID_ARG_TYPE", socket.connect, socket, { port = 1, blockList = value })
      assert.is_false(socket.connecting)
    end
  end)
end)
