-- What tostring says of sockets and servers.
local child = require("spec.support.child")
local net = require("lnet")
local pair = require("spec.support.pair")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

-- What stands behind the address, in parentheses.
local function told(object)
  return (tostring(object):match("^net%.%u%a+: 0x%x+ %((.*)%)$"))
end

describe("tostring of a socket", function()
  after_each(function()
    within.clean()
    temp.clean()
  end)

  it("tells the state in each part of a life, and the addresses while there are some", function()
    local states = {}
    local socket
    local function note() states[#states + 1] = told(socket) end
    local server, port = serve.tcp({ allowHalfOpen = true }, function(peer)
      states[#states + 1] = told(peer) == ("open, 127.0.0.1:%d -> 127.0.0.1:%d"):format(
        peer.localPort, peer.remotePort)
      peer:resume()
      peer:finish()
    end)
    socket = keep(net.Socket({ allowHalfOpen = true }))
    note()
    socket:connect(port, "127.0.0.1", function()
      note()
      states[#states] = states[#states]:gsub(":" .. socket.localPort, ":N")
    end)
    note()
    socket:resume()
    socket:on("end", function()
      note()
      states[#states] = states[#states]:gsub(":" .. socket.localPort, ":N")
      socket:destroy()
      note()
    end)
    socket:on("close", function()
      note()
      server:close()
    end)
    within(5)
    local ends = ", 127.0.0.1:N -> 127.0.0.1:" .. port
    table.sort(states, function(a, b) return tostring(a) < tostring(b) end)
    assert.same({
      "closed", "closing", "connecting", "not connected", "open" .. ends,
      "open, only to write" .. ends, true,
    }, states)
  end)

  it("tells the end that has no address by its absence, and a path as it is", function()
    local path = temp.path()
    local server = keep(net.createServer())
    local client
    local far
    server:on("connection", function(peer)
      far = told(keep(peer))
      peer:resume()
    end)
    server:listen(path)
    assert.equal("listening on " .. path, told(server))
    client = keep(net.connect(path, function()
      assert.equal("open, -> " .. path, told(client))
      client:finish("x")
      client:resume()
      server:close()
    end))
    server:on("close", function() assert.equal("open, " .. path, far) end)
    within(5)
  end)

  it("writes IPv6 addresses in brackets", function()
    local server = keep(net.createServer())
    server:listen(0, "::1", function()
      local port = server:address().port
      assert.equal(("listening on [::1]:%d"):format(port), told(server))
      local client = keep(net.connect(port, "::1"))
      client:on("connect", function()
        assert.equal(("open, [::1]:%d -> [::1]:%d"):format(client.localPort, port), told(client))
        client:destroy()
        server:close()
      end)
    end)
    within(5)
  end)

  it("sends nothing, and runs no code of the user's", function()
    local near, far = pair.tcp()
    near:write("gathered")
    near.localAddress2 = 5
    near.toString = error
    assert.matches("^open, ", told(near))
    local received = {}
    far:on("data", function(bytes) received[#received + 1] = bytes end)
    near:write("!")
    near:finish()
    near:resume()
    within(5)
    assert.equal("gathered!", table.concat(received))
  end)
end)

describe("tostring of a server", function()
  after_each(within.clean)

  it("tells where it listens, and that it does not", function()
    local server = keep(net.createServer())
    assert.equal("not listening", told(server))
    server:listen({ port = 0, ipv6Only = true })
    assert.equal("listening on [::]:" .. server:address().port, told(server))
    server:close()
    assert.equal("not listening", told(server))
    within(5)
    assert.equal("not listening", told(server))
  end)
end)

describe("tostring of another object", function()
  it("is its class and address", function()
    local timer = timers.setTimeout(function() end, 1)
    assert.matches("^net%.Timeout: 0x%x+$", tostring(timer))
    timers.clearTimeout(timer)
    assert.matches("^net%.BlockList: 0x%x+$", tostring(net.BlockList()))
  end)

  it("does not fail where the metamethod is called on what is none of ours", function()
    for _, object in ipairs({ net.Socket(), net.createServer() }) do
      local method = debug.getmetatable(object).__tostring
      for _, wrong in ipairs({ 5, "text", {}, io.stdout, net.BlockList() }) do
        assert.is_string(method(wrong))
      end
      local ok, err = pcall(method)
      assert.is_false(ok)
      assert.matches("bad argument #1 .*value expected", err)
    end
  end)

  it("is still there at the end of the Lua state", function()
    local result = child.program([[
      local net = require("lnet")
      local kept = {}
      late = setmetatable({}, { __gc = function()
        for _, object in ipairs(kept) do
          io.write((tostring(object):gsub("0x%x+", "ADDRESS")), "\n")
        end
      end })
      local server = net.createServer():listen(0)
      local client = net.connect(server:address().port, "127.0.0.1", net.stop)
      net.run()
      kept = { server, client, net.Socket() }
      collectgarbage("stop")
      os.exit(0, true)
    ]]):wait()
    assert.equal("", result.err)
    assert.equal(0, result.code)
    local lines = {}
    for line in result.out:gmatch("[^\n]+") do lines[#lines + 1] = line end
    assert.equal(3, #lines)
    for _, line in ipairs(lines) do
      assert.matches("^net%.%a+: ADDRESS %(.+%)$", line)
    end
    temp.clean()
  end)
end)
