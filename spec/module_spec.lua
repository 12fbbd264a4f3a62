local net = require("lnet")
local serve = require("spec.support.serve")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

describe("net.isIP", function()
  local addresses = {
    [4] = { "127.0.0.1", "0.0.0.0", "255.255.255.255", "1.2.3.4" },
    [6] = {
      "::", "::1", "1::", "1:2:3:4:5:6:7:8", "fe80::1%eth0", "::1%lo", "::ffff:1.2.3.4",
      "2001:DB8::a", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4", "1::2:3:4:5:6:7",
    },
    [0] = {
      "", " ", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4",
      "1.2.3.4\n", "1.2.3.4\0", "1..2.3", "-1.2.3.4", "1.2.3.0x4", ":", ":::", "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9", "::g", "12345::", "::1%", "[::1]", "1::2::3", "::1.2.3", "::256.1.1.1",
      "1.2.3.4/8",
    },
  }
  for version, list in pairs(addresses) do
    for _, address in ipairs(list) do
      it(("answers %d for %q"):format(version, address), function()
        assert.equal(version, net.isIP(address))
        assert.equal(version == 4, net.isIPv4(address))
        assert.equal(version == 6, net.isIPv6(address))
      end)
    end
  end

  it("answers 0 for what is no string", function()
    for _, value in ipairs({ 5, true, {}, print, 1.25 }) do
      assert.equal(0, net.isIP(value))
      assert.is_false(net.isIPv4(value))
      assert.is_false(net.isIPv6(value))
    end
    assert.equal(0, net.isIP(nil))
    assert.equal(0, net.isIP())
    assert.is_false(net.isIPv4())
    assert.is_false(net.isIPv6())
  end)
end)

describe("net.createServer", function()
  after_each(within.clean)

  -- The number of connections that `server` accepts from one client.
  local function accepts(server)
    local accepted = 0
    server:on("connection", function(socket)
      accepted = accepted + 1
      socket:destroy()
      server:close()
    end)
    keep(server):listen(0, "127.0.0.1", function()
      keep(net.connect(server:address().port, "127.0.0.1")):resume()
    end)
    within(2)
    return accepted
  end

  it("makes a server without arguments, as net.Server and net.Server.new do", function()
    for _, make in ipairs({ net.createServer, net.Server, net.Server.new }) do
      assert.equal(1, accepts(make()))
    end
  end)

  it("takes options, or options and a listener, or a listener, or nil and a listener", function()
    local calls = 0
    local function listener() calls = calls + 1 end
    assert.equal(1, accepts(net.createServer({})))
    assert.equal(0, calls)
    assert.equal(1, accepts(net.createServer({}, listener)))
    assert.equal(1, calls)
    assert.equal(1, accepts(net.createServer(listener)))
    assert.equal(2, calls)
    assert.equal(1, accepts(net.createServer(nil, listener)))
    assert.equal(3, calls)
    assert.equal(1, accepts(net.Server({}, listener)))
    assert.equal(4, calls)
  end)

  it("does not start anything", function()
    local server = net.createServer()
    assert.is_false(server.listening)
    assert.is_nil(server:address())
    assert.is_false(net.run("nowait"))
  end)

  it("with allowHalfOpen lets the accepted sockets send after their 'end'", function()
    local received = {}
    local server, port = serve.tcp({ allowHalfOpen = true }, function(socket)
      socket:resume()
      socket:on("end", function()
        assert.is_true(socket.allowHalfOpen)
        socket:write("after ")
        socket:finish("the end")
      end)
    end)
    local client = keep(net.connect(port, "127.0.0.1"))
    client:on("data", function(bytes) received[#received + 1] = bytes end)
    client:finish()
    client:on("close", function() server:close() end)
    within(2)
    assert.equal("after the end", table.concat(received))
  end)

  it("with pauseOnConnect reads nothing before resume", function()
    local before, received = nil, {}
    local server, port = serve.tcp({ pauseOnConnect = true }, function(socket)
      socket:on("data", function(bytes) received[#received + 1] = bytes end)
      net.nextTick(function() before = socket:isPaused() end)
      keep(timers.setTimeout(function()
        assert.same({}, received)
        assert.equal(0, socket.bytesRead)
        socket:resume()
      end, 30))
    end)
    local client = keep(net.connect(port, "127.0.0.1"))
    client:resume()
    client:finish("hello")
    client:on("close", function() server:close() end)
    within(2)
    assert.is_true(before)
    assert.equal("hello", table.concat(received))
  end)
end)

describe("net.connect", function()
  it("is the same function as net.createConnection", function()
    assert.equal(net.connect, net.createConnection)
  end)
end)
