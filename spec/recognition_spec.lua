--- What is taken for an object of lnet's: only what is one. Methods are called on every other kind
-- of userdata here, also on one that has the bytes, or the metatable, of a socket.
local child = require("spec.support.child")
local core = require("lnet.core")
local events = require("lnet.events")
local foreign = require("spec.foreign")
local net = require("lnet")
local timers = require("lnet.timers")
local within = require("spec.support.within")

local EventEmitter = events.EventEmitter

local function ignore() end

-- Runs `call`, which must raise ERR_INVALID_THIS.
local function refuses(what, call, ...)
  local ok, err = pcall(call, ...)
  assert.is_false(ok, what .. " was taken")
  assert.equal("table", type(err), what .. ": " .. tostring(err))
  assert.equal("ERR_INVALID_THIS", err.code, what)
end

-- Arguments with which each method would do something to an emitter.
local ARGUMENTS = {
  on = { "data", ignore },
  addListener = { "data", ignore },
  once = { "data", ignore },
  off = { "data", ignore },
  removeListener = { "data", ignore },
  prependListener = { "data", ignore },
  prependOnceListener = { "data", ignore },
  removeAllListeners = {},
  emit = { "data" },
  listeners = { "data" },
  rawListeners = { "data" },
  listenerCount = { "data" },
  eventNames = {},
  setMaxListeners = { 3 },
  getMaxListeners = {},
}

-- Name -> a userdata that is no emitter.
local function others()
  local timer, immediate = timers.setTimeout(ignore, 1), timers.setImmediate(ignore)
  timer:close()
  immediate:close()
  local buffer = net.Buffer(400)
  return {
    timer = timer,
    immediate = immediate,
    buffer = buffer,
    ["view of a buffer"] = buffer:slice(1, 399),
    ["empty buffer"] = net.Buffer(0),
    ["block list"] = net.BlockList(),
    ["socket address"] = net.SocketAddress(),
    file = io.stdout,
    ["light userdata"] = foreign.light(),
    ["empty userdata"] = foreign.new(0),
    ["small userdata"] = foreign.new(8),
    ["large userdata"] = foreign.new(1000, 255),
    ["userdata with a socket's bytes"] = foreign.copy(net.Socket()),
    ["userdata with a server's bytes"] = foreign.copy(net.Server()),
  }
end

describe("A userdata that is no emitter", function()
  after_each(within.clean)

  it("is refused by each of an emitter's methods", function()
    for name, object in pairs(others()) do
      for method, arguments in pairs(ARGUMENTS) do
        for _, class in ipairs({ EventEmitter, net.Socket, net.Server }) do
          refuses(method .. " on " .. name, class[method], object, table.unpack(arguments))
        end
      end
    end
  end)

  it("is refused by each method of a socket that is in C", function()
    local list = others()
    list.server, list.socket = net.Server(), net.Socket()
    for name, object in pairs(list) do
      for method, call in pairs(net.Socket) do
        local own = name == "socket" or name == "server" and ARGUMENTS[method] ~= nil
        local isC = type(call) == "function" and debug.getinfo(call, "S").what == "C"
        if isC and not own then
          refuses("socket:" .. tostring(method) .. " on " .. name, call, object, "x", ignore)
        end
      end
    end
  end)

  it("is refused before any socket or server was made, too", function()
    local result = child.program([[
      local EventEmitter = require("lnet.events").EventEmitter
      local timers = require("lnet.timers")
      local timer = timers.setTimeout(function() end, 1)
      local immediate = timers.setImmediate(function() end)
      for _, object in ipairs({ timer, immediate, require("lnet").Buffer(500), io.stdout }) do
        local ok, err = pcall(EventEmitter.on, object, "data", print)
        print(ok, err.code)
      end
    ]]):wait()
    assert.equal("", result.err)
    assert.equal(("false\tERR_INVALID_THIS\n"):rep(4), result.out)
    assert.equal(0, result.code)
  end)

  it("is refused with a metatable of ours that debug.setmetatable gave it", function()
    local givers = {
      net.Socket(), net.Server(), net.BlockList(), net.SocketAddress(), net.Buffer(0),
      timers.setTimeout(ignore, 1),
    }
    givers[6]:close()
    local calls = {
      EventEmitter.on, net.Socket.read, net.Server.address, net.BlockList.toJSON, net.Buffer.sub,
      givers[6].refresh,
    }
    for i, giver in ipairs(givers) do
      for _, size in ipairs({ 0, 8, 16 }) do
        local object = debug.setmetatable(foreign.new(size, 255), debug.getmetatable(giver))
        refuses("number " .. i .. ", of " .. size .. " bytes", calls[i], object, "data", ignore)
        debug.setmetatable(object, nil)
      end
    end
    for _, size in ipairs({ 100, 300, 1000 }) do
      local object = debug.setmetatable(foreign.new(size), debug.getmetatable(givers[1]))
      refuses("with a socket's metatable", net.Socket.read, object)
      refuses("with a socket's metatable", EventEmitter.on, object, "data", ignore)
      debug.setmetatable(object, nil)
    end
  end)
end)

describe("A socket that a listener of 'connection' is told of", function()
  after_each(within.clean)

  -- Connects to a server with this listener of 'connection'.
  local function connect(listener)
    local server = net.createServer(listener)
    server:listen(0, "127.0.0.1", function()
      net.connect(server:address().port, "127.0.0.1"):on("error", ignore):on("close", function()
        server:close()
      end)
    end)
  end

  it("is not taken for the light userdata that has its address", function()
    local told = 0
    connect(function(socket)
      told = told + 1
      socket:on("error", ignore)
      for method, arguments in pairs(ARGUMENTS) do
        refuses(method, EventEmitter[method], foreign.light(socket), table.unpack(arguments))
      end
      socket:destroy()
    end)
    within(2)
    assert.equal(1, told)
  end)

  for _, how in ipairs({ "returned", "raised an error" }) do
    it("is forgotten when that has " .. how .. ": what its memory becomes is refused", function()
      local address, bytes
      connect(function(socket)
        address, bytes = ("%p"):format(socket), foreign.copy(socket)
        socket:destroy()
        if how ~= "returned" then error("from the listener", 0) end
      end)
      local ok, err = pcall(within, 2)
      assert.equal(how == "returned", ok)
      if not ok then
        assert.matches("^from the listener", err)
        within(2)
      end
      collectgarbage()
      collectgarbage()
      local all = {}
      for i = 1, 2000 do
        all[i] = foreign.copy(bytes)
        -- Where the allocator keeps freed memory back, none of them stands there.
        if ("%p"):format(all[i]) == address then
          refuses("on", EventEmitter.on, all[i], "data", ignore)
        end
      end
    end)
  end
end)

describe("A userdata with a metatable of ours that debug.setmetatable gave it", function()
  after_each(within.clean)

  -- Sockets that have something to free, or fields of the user's, have other metatables.
  local function givers()
    local list = { net.Socket(), net.Socket(), net.Server(), net.Socket() }
    list[2]:setTimeout(1000)
    list[4]:setTimeout(1000)
    list[4].name = "a"
    return list
  end

  it("has no properties and takes no fields", function()
    for _, giver in ipairs(givers()) do
      for _, size in ipairs({ 0, 16, 248, 1000 }) do
        local meta = debug.getmetatable(giver)
        local object = debug.setmetatable(foreign.new(size, 255), meta)
        for _, name in ipairs({ "bytesRead", "timeout", "destroyed", "maxConnections", "fd" }) do
          if giver[name] ~= nil then
            refuses("get " .. name, function() return object[name] end)
          end
          refuses("set " .. name, function() object[name] = 1 end)
        end
        refuses("set a field", function() object.name = "b" end)
        refuses("write", function() object.write = ignore end)
        pcall(meta.__index, {}, "bytesRead")
      end
    end
    collectgarbage()
    collectgarbage()
  end)

  it("is left alone by the collector", function()
    for _, giver in ipairs(givers()) do
      for _, size in ipairs({ 0, 16, 1000 }) do
        debug.setmetatable(foreign.new(size, 255), debug.getmetatable(giver))
      end
    end
    debug.setmetatable(foreign.new(16, 255), debug.getmetatable(net.BlockList()))
    collectgarbage()
    collectgarbage()
  end)
end)

describe("An object of lnet's with the metatable of another class", function()
  after_each(within.clean)

  local function ofEachClass()
    local timer, immediate = timers.setTimeout(ignore, 1), timers.setImmediate(ignore)
    timer:close()
    immediate:close()
    local buffer, piped = net.Buffer(2000), net.Socket()
    piped:pipe(net.Socket())
    return {
      socket = net.Socket(),
      ["socket with a pipe"] = piped,
      server = net.Server(),
      timer = timer,
      immediate = immediate,
      buffer = buffer,
      view = buffer:slice(10, 1900),
      ["block list"] = net.BlockList(),
      ["socket address"] = net.SocketAddress(),
      channel = core.newChannel(ignore),
    }
  end

  -- A method of each class, and a property where there is one.
  local METHODS = {
    socket = "read", server = "address", timer = "refresh", immediate = "hasRef", buffer = "sub",
    view = "find", ["block list"] = "check", channel = "waiting", ["socket with a pipe"] = "pipe",
  }
  local PROPERTIES = {
    socket = "bytesRead", server = "listening", ["block list"] = "rules",
    ["socket address"] = "port", ["socket with a pipe"] = "destroyed",
  }

  it("is refused by that one's methods, properties and fields", function()
    local tried = 0
    for name, object in pairs(ofEachClass()) do
      local meta = debug.getmetatable(object)
      for other, giver in pairs(ofEachClass()) do
        local theirs = debug.getmetatable(giver)
        if theirs.__name ~= meta.__name then
          local what = name .. " with the metatable of the " .. other
          local method, property = METHODS[other], PROPERTIES[other]
          debug.setmetatable(object, theirs)
          if method then refuses(what, giver[method], object, "data", ignore) end
          if property then refuses(what, function() return object[property] end) end
          if theirs.__newindex then refuses(what, function() object.field = 1 end) end
          pcall(tostring, object)
          pcall(function() local _ <close> = object end)
          debug.setmetatable(object, meta)
          tried = tried + 1
        end
      end
    end
    assert.is_true(tried > 70)
    within.run(1, "nowait")
  end)

  it("is left alone by the collector", function()
    local objects = ofEachClass()
    within.run(1, "nowait") -- so that nothing is queued for them
    for _, object in pairs(objects) do
      for _, giver in pairs(ofEachClass()) do
        debug.setmetatable(object, debug.getmetatable(giver))
      end
    end
    objects = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
  end)
end)

describe("A socket whose metatable debug.setmetatable has taken", function()
  after_each(within.clean)

  it("goes on and ends while it is connected", function()
    local result = child.program([[
      local net, timers = require("lnet"), require("lnet.timers")
      local metas = {
        false, {}, debug.getmetatable(net.Server()), debug.getmetatable(net.Buffer(3)),
        debug.getmetatable(net.Socket()),
      }
      local uses = {
        function(s) s:destroySoon() end,
        function(s) s:pipe(s) end,
        function(s) s:pipe(s):unpipe(s):pipe(s) end,
        function(s) s:setTimeout(5) end,
        function(s) s:write(("x"):rep(3000000), function() end) end,
        function(s) s:cork() s:write("x") s.name = 1 end,
        function(s) s:on("readable", function() end) s:unshift("abc") end,
        function(s) s:connect({ path = "/nowhere" }):write("x") s:resetAndDestroy() end,
      }
      local stop = timers.setInterval(net.stop, 30)
      stop:unref()
      for _, meta in ipairs(metas) do
        for _, use in ipairs(uses) do
          local server, client
          local function change(socket)
            use(socket)
            debug.setmetatable(socket, meta or nil)
          end
          server = net.createServer(function(socket)
            change(socket:on("error", function() end))
            server:close()
          end)
          server:listen(0, "127.0.0.1", function()
            client = net.connect(server:address().port, "127.0.0.1"):on("error", function() end)
            client:on("connect", function()
              client:write("hello")
              change(client)
            end)
          end)
          for _ = 1, 2 do pcall(net.run) end
          client, server = nil, nil
          collectgarbage()
          pcall(net.run, "nowait")
        end
      end
      print("over")
    ]]):wait()
    assert.equal("", result.err)
    assert.equal("over\n", result.out)
    assert.equal(0, result.code)
  end)

  it("is refused until it has one of ours again", function()
    local socket = net.Socket()
    local meta = debug.getmetatable(socket)
    debug.setmetatable(socket, nil)
    refuses("without metatable", net.Socket.read, socket)
    debug.setmetatable(socket, meta)
    assert.is_nil(socket:read())
    socket:destroy()
  end)
end)
