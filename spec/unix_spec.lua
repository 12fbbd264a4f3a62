-- What Unix sockets have on Linux, and what packets carry: names of the abstract namespace, the
-- peer's credentials, the type of service.
local child = require("spec.support.child")
local net = require("lnet")
local pair = require("spec.support.pair")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

local onLinux = io.open("/proc/version") ~= nil

local function refused(name, code, fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert.equal(name, err.name)
  assert.equal(code, err.code)
end

if onLinux then
  describe("a name of the abstract namespace", function()
    after_each(within.clean)

    -- A name that nobody else has; it may hold any byte.
    local function name()
      return "\0" .. temp.path() .. "\0\255"
    end

    it("is listened on and connected to, and there is no file", function()
      local path, received = name(), {}
      local server = keep(net.createServer(function(socket) socket:pipe(socket) end))
      server:listen(path)
      assert.equal(path, server:address())
      local client = keep(net.connect(path))
      client:on("data", function(bytes)
        received[#received + 1] = bytes
        client:finish()
      end)
      client:on("close", function() server:close() end)
      client:write("through no file")
      within(2)
      assert.same({ "through no file" }, received)
    end)

    it("that nobody listens on refuses, and the error has the whole name", function()
      local path, errors = name(), {}
      local client = keep(net.connect({ path = path }))
      client:on("error", function(err) errors[#errors + 1] = err end)
      within(2)
      assert.equal(1, #errors)
      assert.equal("ECONNREFUSED", errors[1].code)
      assert.equal("connect", errors[1].syscall)
      assert.equal(path, errors[1].address)
      assert.equal("Error: connect ECONNREFUSED " .. path, tostring(errors[1]))
    end)

    it("that nobody listens on, tried again at once, leaves the loop its other work", function()
      local path, tries, rounds, immediates = name(), 0, 0, 0
      local function try()
        tries = tries + 1
        if immediates < 10 and tries < 1000 then keep(net.connect(path)):on("error", try) end
      end
      local function immediate()
        immediates = immediates + 1
        if immediates < 10 then timers.setImmediate(immediate) end
      end
      try()
      timers.setImmediate(immediate)
      while within.run(2, "once") do
        rounds = rounds + 1
        assert.is_true(tries <= 3 * rounds + 3) -- not as many as there is time for
      end
      assert.equal(10, immediates)
    end)

    it("that is in use is EADDRINUSE", function()
      local path, codes = name(), {}
      local first = keep(net.createServer()):listen(path)
      local second = keep(net.createServer())
      second:on("error", function(err)
        codes[#codes + 1] = err.code
        first:close()
      end)
      second:listen(path)
      within(2)
      assert.same({ "EADDRINUSE" }, codes)
    end)
  end)

  describe("peerCredentials", function()
    after_each(within.clean)

    it("tell process, user and group at the other end of a Unix socket", function()
      local near, far = pair.unix()
      local mine = near.peerCredentials
      assert.same(mine, far.peerCredentials) -- both ends are in this process
      local status = temp.read("/proc/self/status")
      assert.equal(tonumber(status:match("Pid:%s*(%d+)")), mine.pid)
      assert.equal(tonumber(status:match("Uid:%s*(%d+)")), mine.uid)
      assert.equal(tonumber(status:match("Gid:%s*(%d+)")), mine.gid)
      near:destroy()
      far:destroy()
      assert.is_nil(near.peerCredentials)
      within(2)
    end)

    it("are those of another process, also when it is gone", function()
      local server, path, who = keep(net.createServer()), temp.path(), nil
      server:listen(path)
      local process = child.program(([[
        local net = require("lnet")
        net.connect(%q):write("x")
        net.run()
      ]]):format(path))
      server:on("connection", function(socket)
        socket:on("data", function() process:stop() end)
        socket:on("close", function() server:close() end)
        socket:on("end", function() who = socket.peerCredentials end)
        socket:on("error", function() end)
      end)
      within(10)
      assert.equal(tonumber(temp.read(process.pid)), who.pid)
    end)

    it("are nil for TCP, and where there is no connection", function()
      local near, far = pair.tcp()
      assert.is_nil(near.peerCredentials)
      assert.is_nil(net.Socket().peerCredentials)
      near:destroy()
      far:destroy()
      within(2)
    end)
  end)
end

describe("the type of service", function()
  after_each(within.clean)

  it("is what setTypeOfService set, as the kernel tells", function()
    local near, far = pair.tcp()
    assert.equal(0, near:getTypeOfService())
    assert.equal(near, near:setTypeOfService(0x10))
    assert.equal(0x10, near:getTypeOfService())
    assert.equal(0, far:getTypeOfService())
    near:destroy()
    far:destroy()
    within(2)
  end)

  it("given before the connection is set when it is there", function()
    local near, far = pair.tcp({ typeOfService = 0x20 })
    assert.equal(0x20, near:getTypeOfService())
    near:destroy()
    far:destroy()
    local socket = net.Socket()
    assert.equal(0, socket:getTypeOfService())
    socket:setTypeOfService(8)
    assert.equal(8, socket:getTypeOfService())
    within(2)
  end)

  it("refuses what is no byte", function()
    local socket = net.Socket()
    refused("RangeError", "ERR_OUT_OF_RANGE", socket.setTypeOfService, socket, 256)
    refused("RangeError", "ERR_OUT_OF_RANGE", socket.setTypeOfService, socket, -1)
    refused("RangeError", "ERR_OUT_OF_RANGE", socket.setTypeOfService, socket, 1.5)
    refused("RangeError", "ERR_OUT_OF_RANGE", socket.setTypeOfService, socket, math.huge)
    refused("TypeError", "ERR_INVALID_ARG_TYPE", socket.setTypeOfService, socket)
    refused("TypeError", "ERR_INVALID_ARG_TYPE", socket.setTypeOfService, socket, 0 / 0)
    refused("RangeError", "ERR_OUT_OF_RANGE", net.Socket, { typeOfService = 300 })
    refused("RangeError", "ERR_OUT_OF_RANGE", net.Socket, { typeOfService = 0 / 0 })
    assert.equal(0, socket:getTypeOfService())
  end)
end)
