local child = require("spec.support.child")
local net = require("lnet")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
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

describe("the module", function()
  after_each(temp.clean)

  local PUBLIC = { "lnet", "lnet.events", "lnet.timers", "lnet.ipc", "lnet.cluster", "lnet.cli" }

  it("works in a sandbox that has neither debug nor os, in any of its parts", function()
    for _, name in ipairs(PUBLIC) do
      local result = child.program(([[
        for _, gone in ipairs({ "debug", "os", "io", "arg", "_VERSION", "dofile", "loadfile" }) do
          _G[gone], package.loaded[gone] = nil, nil
        end
        require(%q)
        package = nil
        local net = require("lnet")
        local ok, err = pcall(net.connect, 70000)
        print(ok, err.code, (err.stack:match("[^\n/]*:7: ")) ~= nil)
        local server
        server = net.createServer(function(socket)
          socket:finish("served")
          server:close()
        end):listen(0, "127.0.0.1", function()
          net.connect(server:address().port, "127.0.0.1"):on("data", print)
        end)
        net.run()
        print(pcall(net.connect, nil))
      ]]):format(name)):wait()
      assert.equal("", result.err)
      assert.matches("^false\tERR_SOCKET_BAD_PORT\ttrue\nserved\nfalse\tTypeError", result.out)
      assert.equal(0, result.code)
    end
  end)

  -- Interpreters that lnet does not run in: the first, and which of the others are installed.
  local others = { "lua5.1" }
  for _, program in ipairs({ "lua5.2", "lua5.3", "luajit" }) do
    if os.execute("command -v " .. program .. " >/dev/null") then
      others[#others + 1] = program
    end
  end
  for _, program in ipairs(others) do
    it("says in one line that it needs another interpreter, required in " .. program, function()
      for _, name in ipairs({ "lnet.cli", table.unpack(PUBLIC) }) do
        local code = ("package.path = %q; print(select(2, pcall(require, %q)))"):format(
          package.path, name)
        local result = child.tool(program .. " -e " .. child.quote(code)):wait()
        assert.matches("^lnet needs Lua 5%.4 %(this is Lua[ J][^\n]*%)\n$", result.out)
        assert.equal("", result.err)
      end
    end)
  end
end)
