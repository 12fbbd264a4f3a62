--- A finalizer may run whenever Lua allocates, and do anything to any object. libuv never gets a
-- handle that is closed or being closed for all that.
local net = require("lnet")
local pair = require("spec.support.pair")
local serve = require("spec.support.serve")
local pattern = require("spec.support.pattern")
local temp = require("spec.support.temp")
local within = require("spec.support.within")
local keep = within.keep

local MORE = 8 << 20 -- bytes; more than the kernel keeps for one connection
local LARGE = 100000 -- bytes; a write of its own, that is not gathered

local function ignore() end

-- Calls fn while each allocation collects all garbage; the n-th finalizer that runs calls `act`.
-- Returns whether it came to that, and what pcall gives.
local function interrupted(n, act, fn)
  local count, acted, watching = 0, false, true
  local function watch()
    setmetatable({}, { __gc = function()
      if not watching then return end
      count = count + 1
      if count == n then
        acted = true
        act()
      end
      watch()
    end })
  end
  collectgarbage("incremental", 1, 1000, 20) -- a step is a whole cycle,
  collectgarbage("setpause", 0) -- and the next one begins at once
  collectgarbage()
  watch()
  local ok, err = pcall(fn)
  watching = false
  collectgarbage("incremental", 200, 100, 13) -- Lua's own values
  return acted, ok, err
end

-- Tries fn(new objects of make()) with `act` at each of its allocations in turn.
local function everywhere(make, act, fn)
  local reached = 0
  for n = 1, 1000 do
    local objects = table.pack(make())
    local acted, ok, err = interrupted(n, function() act(table.unpack(objects, 1, objects.n)) end,
      function() fn(table.unpack(objects, 1, objects.n)) end)
    if not ok then assert.is_truthy(type(err) == "table" and err.code, tostring(err)) end
    for _, object in ipairs(objects) do
      if object.destroy then object:destroy() else object:close() end
    end
    within(5)
    if not acted then break end
    reached = n
  end
  assert.is_true(reached > 0 and reached < 1000, "it allocates, and not without end")
end

describe("a finalizer that runs in the middle of", function()
  after_each(within.clean)

  local function newServer()
    return keep(net.createServer():on("error", ignore))
  end

  local acts = {
    ["closes the server"] = function(server) server:close() end,
    ["has it listen elsewhere"] = function(server)
      if not server.listening then server:listen(0, "127.0.0.1") end
    end,
    ["closes it and has it listen on a path"] = function(server)
      server:close()
      server:listen(temp.path())
    end,
  }
  local forms = {
    ["a port"] = function(server) server:listen(0, "127.0.0.1") end,
    ["a port of any address"] = function(server) server:listen(0) end,
    ["a path"] = function(server)
      server:listen({ path = temp.path(), readableAll = true, writableAll = true })
    end,
    ["an abstract path"] = function(server) server:listen("\0lnet finalizers") end,
    ["an address that is no address"] = function(server) server:listen(0, "fe80::1%none") end,
  }
  for act, acting in pairs(acts) do
    for form, listen in pairs(forms) do
      it("listen on " .. form .. " and " .. act, function()
        everywhere(newServer, acting, listen)
      end)
    end
  end

  it("listen on another server, and closes that one", function()
    for _, closes in ipairs({ 1, 2 }) do
      everywhere(function() return newServer(), newServer():listen(0, "127.0.0.1") end,
        function(...) (select(closes, ...)):close() end,
        function(server, other) server:listen(other) end)
    end
  end)

  it("listen on a socket, and destroys that, or closes the server", function()
    everywhere(function()
      local near, far = pair.unix()
      return newServer(), near, far
    end, function(server, near)
      near:destroy()
      server:close()
    end, function(server, near) server:listen({ handle = near }) end)
  end)

  it("read and unshift, and begins the socket's next life", function()
    everywhere(function()
      local server, port = serve.tcp()
      local socket = keep(net.connect(port, "127.0.0.1"):on("error", ignore):on("readable", ignore))
      for i = 1, 40 do socket:unshift(("%09d"):format(i)) end
      return socket, server
    end, function(socket, server)
      socket:destroy()
      socket:connect(server:address().port, "127.0.0.1")
      assert(socket.readableLength == 0)
    end, function(socket)
      for n = 10, 100, 30 do
        local got = socket:read(n)
        assert(not got or #got == n)
        socket:unshift(("text"):rep(n))
      end
      socket:setEncoding("hex")
      local length = socket.readableLength
      assert(#(socket:read() or "") == length)
    end)
  end)

  it("the options of a socket, and destroys it", function()
    everywhere(function() return pair.tcp() end, function(near, far)
      near:destroy()
      far:destroy()
    end, function(near)
      near:setKeepAlive(true, 3000):setNoDelay():setTypeOfService(8)
      assert(near:getTypeOfService() == 8)
      local _ = { near:address(), near.remoteAddress, near.localPort, near.fd }
      near:pause():resume():unref():ref()
      near:setTimeout(100, ignore)
      near:setTimeout(0)
      near:destroy()
    end)
  end)

  -- Ways to read all that comes: they hand each piece to `take`.
  local readers = {
    ["'data'"] = function(socket, take) socket:on("data", take) end,
    ["text"] = function(socket, take) socket:setEncoding("utf16le"):on("data", take) end,
    ["'readable'"] = function(socket, take)
      socket:on("readable", function() take(socket:read() or "") end)
    end,
  }
  for reader, read in pairs(readers) do
    it("reading by " .. reader .. ", and connects again: what has come before is gone", function()
      local server, port = serve.tcp(function(socket)
        socket:on("error", ignore):finish("n\0e\0w\0")
      end)
      server:unref()
      local pieces
      everywhere(function()
        local near, far = pair.tcp()
        pieces = {}
        near:on("error", ignore)
        read(near, function(piece) pieces[#pieces + 1] = piece end)
        far:on("error", ignore):finish("o\0l\0d\0!") -- the last byte is half a character
        return near, far
      end, function(near)
        pieces = {}
        near:destroy()
        near:connect(port, "127.0.0.1")
      end, function(near)
        local closed
        near:on("close", function() closed = near.destroyed end)
        within.reached(5, function() return closed end)
        local text = table.concat(pieces):gsub("\0", "")
        assert(text == "old!" or text == "old" or text == "new", text)
      end)
      server:close()
    end)
  end

  it("accepting, and closes the server", function()
    for _, path in ipairs({ false, true }) do
      local connections = 0
      everywhere(function()
        local server = newServer()
        server:on("connection", function(socket)
          connections = connections + 1
          socket:destroy()
        end)
        server:listen(path and { path = temp.path() } or { port = 0, host = "127.0.0.1" })
        within.reached(2, function() return server.listening and server:address() end)
        local at = server:address()
        local client = keep(path and net.connect(at) or net.connect(at.port, "127.0.0.1"))
        client:on("error", ignore):resume()
        return server, client
      end, function(server) server:close() end, function(_, client)
        within.reached(5, function() return client.destroyed end)
      end)
      assert.is_true(connections > 0)
    end
  end)
end)

describe("A finalizer that runs in the middle of a call", function()
  after_each(within.clean)
  after_each(function() collectgarbage("incremental", 200, 100, 13) end) -- Lua's own values

  -- The collector runs a cycle, and `finalize` in it, when a table is made next.
  local function collectSoon(finalize)
    collectgarbage()
    collectgarbage("stop")
    setmetatable({}, { __gc = finalize })
    local numbers = {}
    for i = 1, 1 << 20 do
      numbers[i] = i
    end
    collectgarbage("incremental", 1, 1000, 0)
    collectgarbage("restart")
    numbers[#numbers + 1] = 0 -- it grows: that counts, but is no occasion
    return numbers
  end

  it("may set a field of the socket: both are there", function()
    local socket = net.Socket()
    local ran = false
    collectSoon(function()
      ran = true
      socket.inner = "inner"
    end)
    socket.outer = "outer"
    assert.is_true(ran)
    assert.equal("inner", socket.inner)
    assert.equal("outer", socket.outer)
  end)

  for _, other in ipairs({ "timeout", "finish" }) do
    it("may listen to '" .. other .. "': all are there", function()
      local socket = net.Socket()
      local ran = false
      local function listener() end
      local function another() end
      socket:on("drain", listener)
      collectSoon(function()
        ran = true
        socket:on(other, listener)
      end)
      socket:on("finish", another)
      assert.is_true(ran)
      assert.same({ listener }, socket:listeners("drain"))
      assert.equal(listener, socket:listeners(other)[1])
      assert.equal(another, socket:listeners("finish")[other == "finish" and 2 or 1])
    end)
  end

  it("may listen to the event that gets its second listener: all three are there", function()
    local socket = net.Socket()
    local called = {}
    local function listener(name)
      return function() called[#called + 1] = name end
    end
    local inner, outer = listener("inner"), listener("outer")
    socket:on("drain", listener("first"))
    collectSoon(function() socket:on("drain", inner) end)
    socket:on("drain", outer)
    socket:emit("drain")
    assert.same({ "first", "inner", "outer" }, called)
  end)

  it("may read what a read(n) was about to take: each byte is read once", function()
    for _, left in ipairs({ 0, 500 }) do
      local near, far = pair.unix()
      local bytes = pattern.bytes(0, 4000)
      local inner
      far:on("readable", function() end)
      near:write(bytes:sub(1, 3000))
      within.reached(5, function() return far.readableLength == 3000 end)
      near:write(bytes:sub(3001))
      within.reached(5, function() return far.readableLength == 4000 end)
      collectSoon(function() inner = far:read(4000 - left) end)
      local outer = far:read(3500)
      assert.equal(4000 - left, #inner)
      assert.is_nil(outer) -- fewer than asked for are there
      assert.equal(bytes, inner .. (far:read() or ""))
      near:destroy()
      far:destroy()
      within(10)
    end
  end)

  it("may read what a read(n) was about to take, and put as much of it back", function()
    local socket = net.Socket()
    local ran = false
    socket:unshift(("b"):rep(2000))
    socket:unshift(("a"):rep(2000))
    collectSoon(function()
      ran = true
      socket:read(2000)
      socket:unshift(("c"):rep(2000))
    end)
    local bytes = socket:read(3000)
    assert.is_true(ran)
    assert.equal(("c"):rep(2000) .. ("b"):rep(1000), bytes)
    assert.equal(("b"):rep(1000), socket:read())
  end)

  for name, call in pairs({
    setEncoding = function(socket) socket:setEncoding("hex") end,
    unshift = function(socket) socket:unshift(("x"):rep(LARGE)) end,
    read = function(socket) assert.is_nil(socket:read(3500)) end,
  }) do
    it("may close the socket, and run the loop where that is not refused, in " .. name, function()
      local near, far = pair.unix()
      local ran, closed = false, false
      near:on("error", function() end)
      if name == "unshift" then
        far:pause()
      else
        far:on("readable", function() end)
        near:write(pattern.bytes(0, 3000))
        within.reached(5, function() return far.readableLength == 3000 end)
        near:write(pattern.bytes(3000, 1000))
        within.reached(5, function() return far.readableLength == 4000 end)
      end
      far:on("close", function() closed = true end)
      collectSoon(function()
        ran = true
        far:read()
        far:destroy()
        for _ = 1, 3 do pcall(net.run, "nowait") end
      end)
      call(far)
      assert.is_true(ran)
      within.reached(2, function() return closed end)
      near:destroy()
      within(10)
      assert.equal(name == "setEncoding" and "hex" or nil, far.readableEncoding)
    end)
  end

  it("may set another encoding while a chunk is decoded: its text has room", function()
    local near, far = pair.unix()
    local chunks, ran = 0, false
    far:setEncoding("ascii")
    far:on("data", function()
      chunks = chunks + 1
      if chunks ~= 1 then return end
      collectSoon(function()
        ran = true
        far:setEncoding("hex") -- twice the room
      end)
    end)
    for _ = 1, 4 do near:write(("x"):rep(65536)) end
    near:finish()
    within(10)
    assert.is_true(ran)
    assert.equal("hex", far.readableEncoding)
    assert.equal(4 * 65536, far.bytesRead)
  end)

  it("may write to the socket: both writes come whole, and both are called back", function()
    local near, far = pair.unix()
    local text = { ("x"):rep(MORE) }
    local log, length = {}, 0
    local function inner() log[#log + 1] = "inner" end
    local function outer() log[#log + 1] = "outer" end
    far:on("data", function(bytes) length = length + #bytes end)
    collectSoon(function()
      near:write(text[1], inner)
      text[1] = nil
    end)
    near:write("outer", outer)
    assert.is_nil(text[1])
    collectgarbage()
    near:finish()
    within(20)
    assert.equal(MORE + 5, length)
    assert.same({ "inner", "outer" }, log)
  end)
end)
