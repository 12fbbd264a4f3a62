local child = require("spec.support.child")
local core = require("lnet.core")
local net = require("lnet")
local pair = require("spec.support.pair")
local processes = require("spec.support.processes")
local serve = require("spec.support.serve")
local within = require("spec.support.within")

local opened = {} -- object -> true: what a test has opened is open to its end

local function ignore() end

local function keep(object)
  opened[object] = true
  return within.keep(object)
end

local function both(make)
  local near, far = make()
  return keep(near), keep(far)
end

local function listening(make)
  return keep((make()))
end

-- Has the number opened a second time as a socket, which must be refused.
local function refused(fd)
  local ok, err = pcall(net.Socket, { fd = fd })
  assert.is_false(ok)
  assert.equal("EEXIST", err.code)
  assert.equal("open", err.syscall)
  assert.equal("open EEXIST", err.message)
end

-- Runs the loop until the emitter has emitted the event; returns what it was emitted with.
local function nextEvent(emitter, name)
  local got
  emitter:once(name, function(...) got = table.pack(...) end)
  within.reached(2, function() return got end)
  return table.unpack(got, 1, got.n)
end

-- A copy of a descriptor that has the number `wanted`, which is free.
local function copyAt(fd, wanted)
  for _ = 1, 100 do -- the system gives the lowest one
    local copy = core.dup(fd)
    if copy == wanted then return copy end
    keep(net.Socket({ fd = copy, readable = false }))
  end
  error("the number is not free")
end

-- Checks that both ends of a pair still carry bytes.
local function carry(near, far)
  near:write("there")
  assert.equal("there", nextEvent(far, "data"))
  far:write("back")
  assert.equal("back", nextEvent(near, "data"))
end

describe("a descriptor that a socket or server of this state has", function()
  after_each(function()
    processes.clean()
    for object in pairs(opened) do
      object:removeAllListeners("error"):on("error", ignore)
      if object.listen then object:close() else object:destroy() end
    end
    opened = {}
    within.clean()
  end)

  for name, make in pairs({ TCP = pair.tcp, ["a Unix socket"] = pair.unix }) do
    it("is not opened by a second socket: " .. name, function()
      local near, far = both(make)
      for _, socket in ipairs({ near, far }) do
        refused(socket.fd)
        socket:pause() -- libuv itself does not see it now
        refused(socket.fd)
        socket:resume()
      end
      carry(near, far)
    end)
  end

  it("is not opened by a second socket: one that was never read from", function()
    local server, port = serve.tcp({ pauseOnConnect = true })
    keep(server)
    local near = keep(net.connect(port, "127.0.0.1"))
    local far = keep(nextEvent(server, "connection"))
    refused(far.fd)
    far:resume()
    carry(near, far)
  end)

  it("is not opened by a second socket: one that was itself opened by its number", function()
    local near, far = both(pair.tcp)
    local copy = keep(net.Socket({ fd = core.dup(near.fd), readable = false }))
    assert.not_equal(near.fd, copy.fd)
    refused(copy.fd)
    copy:write("copied") -- the same connection by another number
    assert.equal("copied", nextEvent(far, "data"))
  end)

  it("is not opened by a socket: a server's", function()
    for _, server in ipairs({ listening(serve.tcp), listening(serve.unix) }) do
      refused(server.fd)
      assert.is_true(server.listening)
    end
  end)

  it("is not listened on by a second server", function()
    local near = both(pair.tcp)
    for _, first in ipairs({ listening(serve.tcp), listening(serve.unix), near }) do
      local second = keep(net.createServer())
      second:listen({ fd = first.fd })
      assert.is_false(second.listening)
      local err = nextEvent(second, "error")
      assert.equal("EEXIST", err.code)
      assert.equal("listen", err.syscall)
      assert.matches("^listen EEXIST: ", err.message)
      assert.is_truthy(first.fd)
    end
  end)

  it("can be used again once the first one is closed, and while its 'close' is to come", function()
    local source = both(pair.tcp)
    for _, early in ipairs({ true, false }) do
      local near, far = both(pair.tcp)
      near:on("error", ignore)
      local fd, closed = far.fd, false
      far:on("close", function() closed = true end)
      far:destroy()
      assert.is_nil(far.fd)
      if not early then within.reached(2, function() return closed end) end
      local again = keep(net.Socket({ fd = copyAt(source.fd, fd), readable = false }))
      assert.equal(fd, again.fd)
      within.reached(2, function() return closed end)
      assert.equal(fd, again.fd)
      again:destroy()
      near:destroy()
    end
  end)

  it("is refused as a process's channel is", function()
    local forked = processes.fork([[
      local results = {}
      for name in require("lfs").dir("/proc/self/fd") do
        local fd = math.tointeger(name)
        local ok, err = pcall(net.Socket, { fd = fd, readable = false })
        if fd and fd > 2 and not ok then results[err.code] = (results[err.code] or 0) + 1 end
      end
      parent:send(results, function() parent:disconnect() end)
    ]])
    local results = processes.message(forked)
    assert.is_true(results.EEXIST >= 1)
    processes.closed(forked)
  end)

  it("does not end the process when libuv itself runs by it, or nobody has it", function()
    local result = child.program([[
      local net = require("lnet")
      local lfs = require("lfs")
      local ours = {}
      for name in lfs.dir("/proc/self/fd") do
        local fd = math.tointeger(name)
        local target = lfs.symlinkattributes("/proc/self/fd/" .. name, "target")
        if fd and target and target:find("^anon_inode:") then ours[#ours + 1] = fd end
      end
      assert(#ours >= 2, "libuv has one to wait with and one to be woken by")
      ours[#ours + 1] = 1000
      for _, fd in ipairs(ours) do
        local ok, err = pcall(net.Socket, { fd = fd })
        assert(not ok and (err.code == "EEXIST" or err.code == "ERR_INVALID_FD_TYPE"))
        local server, told = net.createServer(), nil
        server:on("error", function(e) told = e end)
        server:listen({ fd = fd })
        net.run("nowait")
        assert(told and told.syscall == "listen")
      end
      io.write("alive\n")
    ]]):wait()
    assert.equal("", result.err)
    assert.equal("alive\n", result.out)
  end)
end)
