local events = require("lnet.events")
local net = require("lnet")
local pair = require("spec.support.pair")
local raisedWith = require("spec.support.raised")
local serve = require("spec.support.serve")
local temp = require("spec.support.temp")
local timers = require("lnet.timers")
local within = require("spec.support.within")
local keep = within.keep

local function ignore() end

-- Calls `misuse`, a function of one line of this file, and returns the error object that it raised.
-- The first line of code that its stack names must be that line.
local function raised(misuse)
  local ok, err = pcall(misuse)
  assert.is_false(ok)
  assert.equal("table", type(err))
  local text = tostring(err)
  assert.equal(text, err.stack:sub(1, #text))
  local file, line = err.stack:sub(#text + 1):match("([%w_]+%.lua):(%d+):")
  assert.equal("errors_spec.lua", file)
  assert.equal(debug.getinfo(misuse, "S").linedefined, tonumber(line))
  return err
end

-- What a user may do wrong: what, the call, name, code, message (a pattern when it starts with ^).
local CALLBACK = '^The "callback" argument must be of type function%. Received '
local CHUNK = '^The "chunk" argument must be of type string or an instance of Buffer.*%. Received '
local PORT = '^The "options%.port" property must be one of type number or string%. Received '
local BAD = "Port should be >= 0 and < 65536. Received type "
local LISTEN_BAD = "options." .. BAD:gsub("^P", "p")
local ARGUMENTS = 'The "options" or "port" or "path" argument must be specified'
local MSECS = '^The "msecs" argument must be of type number%. Received '
local FINITE = 'The value of "msecs" is out of range. '
  .. "It must be a non-negative finite number. Received "
local TYPE, RANGE = "TypeError", "RangeError"
local ARG_TYPE, ARG_VALUE = "ERR_INVALID_ARG_TYPE", "ERR_INVALID_ARG_VALUE"
local BAD_PORT, MISSING = "ERR_SOCKET_BAD_PORT", "ERR_MISSING_ARGS"
local UNKNOWN, OUT = "ERR_UNKNOWN_ENCODING", "ERR_OUT_OF_RANGE"

-- luacheck: push no max line length
-- stylua: ignore
local misuses = {
  { "net.createServer(5)", function() net.createServer(5) end, TYPE, ARG_TYPE, '^The "options" argument must be of type %w+%. Received type number %(5%)$' },
  { "net.createServer('x')", function() net.createServer("x") end, TYPE, ARG_TYPE, "^The \"options\" argument must be of type %w+%. Received type string %('x'%)$" },
  { "net.createServer(true)", function() net.createServer(true) end, TYPE, ARG_TYPE, '^The "options" argument must be of type %w+%. Received type boolean %(true%)$' },
  { "net.Server(5)", function() net.Server(5) end, TYPE, ARG_TYPE, '^The "options" argument must be of type %w+%. Received type number %(5%)$' },

  { "net.connect()", function() net.connect() end, TYPE, MISSING, ARGUMENTS },
  { "net.connect({})", function() net.connect({}) end, TYPE, MISSING, ARGUMENTS },
  { "net.createConnection({})", function() net.createConnection({}) end, TYPE, MISSING, ARGUMENTS },
  { "net.connect(function)", function() net.connect(ignore) end, TYPE, ARG_TYPE, PORT .. "function$" },
  { "net.connect(nil, function)", function() net.connect(nil, ignore) end, TYPE, MISSING, ARGUMENTS },
  { "net.connect(' ')", function() net.connect(" ") end, RANGE, BAD_PORT, BAD .. "string (' ')." },
  { "net.connect{path=false}", function() net.connect({ path = false }) end, TYPE, ARG_TYPE, 'The "options.path" property must be of type string. Received type boolean (false)' },
  { "net.SocketAddress{port=' '}", function() net.SocketAddress({ port = " " }) end, RANGE, BAD_PORT, LISTEN_BAD .. "string (' ')." },
  { "net.SocketAddress{port='0x1p0'}", function() net.SocketAddress({ port = "0x1p0" }) end, RANGE, BAD_PORT, LISTEN_BAD .. "string ('0x1p0')." },
  { "net.connect(true)", function() net.connect(true) end, TYPE, ARG_TYPE, PORT .. "type boolean %(true%)$" },
  { "net.connect(-1)", function() net.connect(-1) end, RANGE, BAD_PORT, BAD .. "number (-1)." },
  { "net.connect(65536)", function() net.connect(65536) end, RANGE, BAD_PORT, BAD .. "number (65536)." },
  { "net.connect(1.5)", function() net.connect(1.5) end, RANGE, BAD_PORT, BAD .. "number (1.5)." },
  { "net.connect{port='abc'}", function() net.connect({ port = "abc" }) end, RANGE, BAD_PORT, BAD .. "string ('abc')." },
  { "net.connect{port=''}", function() net.connect({ port = "" }) end, RANGE, BAD_PORT, BAD .. "string ('')." },
  { "net.connect{port={}}", function() net.connect({ port = {} }) end, TYPE, ARG_TYPE, PORT .. ".*table" },
  { "net.connect{port=false}", function() net.connect({ port = false }) end, TYPE, ARG_TYPE, PORT .. "type boolean %(false%)$" },
  { "net.connect{path=5}", function() net.connect({ path = 5 }) end, TYPE, ARG_TYPE, 'The "options.path" property must be of type string. Received type number (5)' },
  { "net.connect{host=5}", function() net.connect({ port = 1, host = 5 }) end, TYPE, ARG_TYPE, 'The "hostname" argument must be of type string. Received type number (5)' },
  { "net.connect{localAddress='x'}", function() net.connect({ port = 1, localAddress = "x" }) end, TYPE, "ERR_INVALID_IP_ADDRESS", "Invalid IP address: x" },
  { "net.connect{localPort='abc'}", function() net.connect({ port = 1, localPort = "abc" }) end, TYPE, ARG_TYPE, "The \"options.localPort\" property must be of type number. Received type string ('abc')" },
  { "net.connect{lookup=5}", function() net.connect({ port = 1, host = "localhost", lookup = 5 }) end, TYPE, ARG_TYPE, 'The "options.lookup" property must be of type function. Received type number (5)' },
  { "net.connect{family=5}", function() net.connect({ port = 1, host = "localhost", family = 5 }) end, TYPE, ARG_VALUE, "The property 'options.family' must be one of: 0, 4, 6. Received 5" },
  { "net.connect{timeout=-1}", function() net.connect({ port = 1, timeout = -1 }) end, RANGE, OUT, FINITE .. "-1" },
  { "net.connect{timeout='x'}", function() net.connect({ port = 1, timeout = "x" }) end, TYPE, ARG_TYPE, MSECS .. "type string %('x'%)$" },
  { "socket:connect()", function() net.Socket():connect() end, TYPE, MISSING, ARGUMENTS },
  { "socket:connect(70000)", function() net.Socket():connect(70000) end, RANGE, BAD_PORT, BAD .. "number (70000)." },

  { "server:listen(-1)", function() net.createServer():listen(-1) end, RANGE, BAD_PORT, LISTEN_BAD .. "number (-1)." },
  { "server:listen(70000)", function() net.createServer():listen(70000) end, RANGE, BAD_PORT, LISTEN_BAD .. "number (70000)." },
  { "server:listen(1.5)", function() net.createServer():listen(1.5) end, RANGE, BAD_PORT, LISTEN_BAD .. "number (1.5)." },
  { "server:listen{port='abc'}", function() net.createServer():listen({ port = "abc" }) end, RANGE, BAD_PORT, LISTEN_BAD .. "string ('abc')." },
  { "server:listen{}", function() net.createServer():listen({}) end, TYPE, ARG_VALUE, "^The argument 'options' must have the property \"port\" or \"path\"%. Received " },
  { "server:listen(socket)", function() net.createServer():listen(net.Socket()) end, TYPE, ARG_VALUE, "The argument 'options' must have the property \"port\" or \"path\". Received userdata" },
  { "server:listen(server)", function() net.createServer():listen(net.createServer()) end, TYPE, ARG_VALUE, "The argument 'options' must have the property \"port\" or \"path\". Received userdata" },
  { "server:listen{handle=socket}", function() net.createServer():listen({ handle = net.Socket() }) end, TYPE, ARG_VALUE, "The argument 'options' must have the property \"port\" or \"path\". Received table" },
  { "server:listen(true)", function() net.createServer():listen(true) end, TYPE, ARG_VALUE, "^The argument 'options' is invalid%. Received " },
  { "server:listen{port=true}", function() net.createServer():listen({ port = true }) end, TYPE, ARG_VALUE, "^The argument 'options' is invalid%. Received " },
  { "server:listen{path=5}", function() net.createServer():listen({ path = 5 }) end, TYPE, ARG_VALUE, "^The argument 'options' is invalid%. Received " },
  { "server:listen{fd='x'}", function() net.createServer():listen({ fd = "x" }) end, TYPE, ARG_VALUE, "^The argument 'options' must have the property \"port\" or \"path\"%. Received " },
  { "server:listen{host=5}", function() net.createServer():listen({ port = 0, host = 5 }) end, TYPE, ARG_TYPE, 'The "hostname" argument must be of type string. Received type number (5)' },
  { "server:getConnections()", function() net.createServer():getConnections() end, TYPE, ARG_TYPE, CALLBACK .. "nil$" },
  { "server:getConnections(5)", function() net.createServer():getConnections(5) end, TYPE, ARG_TYPE, CALLBACK .. "type number %(5%)$" },

  { "socket:write()", function() net.Socket():write() end, TYPE, ARG_TYPE, CHUNK .. "nil$" },
  { "socket:write(nil, 'utf8')", function() net.Socket():write(nil, "utf8") end, TYPE, ARG_TYPE, CHUNK .. "nil$" },
  { "socket:write({})", function() net.Socket():write({}) end, TYPE, ARG_TYPE, CHUNK .. ".*table" },
  { "socket:write(true)", function() net.Socket():write(true) end, TYPE, ARG_TYPE, CHUNK .. "type boolean %(true%)$" },
  { "socket:write(print)", function() net.Socket():write(print) end, TYPE, ARG_TYPE, CHUNK .. ".*function" },
  { "socket:write('x', 'nope')", function() net.Socket():write("x", "nope") end, TYPE, UNKNOWN, "Unknown encoding: nope" },
  { "socket:write('x', 'a\\0b')", function() net.Socket():write("x", "a\0b") end, TYPE, UNKNOWN, "Unknown encoding: a\0b" },
  { "socket:write('x', 5)", function() net.Socket():write("x", 5) end, TYPE, UNKNOWN, "Unknown encoding: 5" },
  { "socket:finish({})", function() net.Socket():finish({}) end, TYPE, ARG_TYPE, CHUNK .. ".*table" },
  { "socket:finish(true)", function() net.Socket():finish(true) end, TYPE, ARG_TYPE, CHUNK .. "type boolean %(true%)$" },
  { "socket:finish('x', 'nope')", function() net.Socket():finish("x", "nope") end, TYPE, UNKNOWN, "Unknown encoding: nope" },
  { "socket:setEncoding('nope')", function() net.Socket():setEncoding("nope") end, TYPE, UNKNOWN, "Unknown encoding: nope" },
  { "socket:setEncoding(5)", function() net.Socket():setEncoding(5) end, TYPE, UNKNOWN, "Unknown encoding: 5" },
  { "socket:setDefaultEncoding('nope')", function() net.Socket():setDefaultEncoding("nope") end, TYPE, UNKNOWN, "Unknown encoding: nope" },
  { "socket:setTimeout()", function() net.Socket():setTimeout() end, TYPE, ARG_TYPE, MSECS .. "nil$" },
  { "socket:setTimeout('x')", function() net.Socket():setTimeout("x") end, TYPE, ARG_TYPE, MSECS .. "type string %('x'%)$" },
  { "socket:setTimeout({})", function() net.Socket():setTimeout({}) end, TYPE, ARG_TYPE, MSECS .. ".*table" },
  { "socket:setTimeout(-1)", function() net.Socket():setTimeout(-1) end, RANGE, OUT, FINITE .. "-1" },
  { "socket:setTimeout(1, 5)", function() net.Socket():setTimeout(1, 5) end, TYPE, ARG_TYPE, CALLBACK .. "type number %(5%)$" },
  { "socket:setTimeout(0, 'x')", function() net.Socket():setTimeout(0, "x") end, TYPE, ARG_TYPE, CALLBACK .. "type string %('x'%)$" },
  { "net.Socket{fd='x'}", function() net.Socket({ fd = "x" }) end, TYPE, ARG_TYPE, "The \"fd\" argument must be of type number. Received type string ('x')" },
  { "net.Socket{fd=-1}", function() net.Socket({ fd = -1 }) end, RANGE, OUT, 'The value of "fd" is out of range. It must be >= 0 && <= 2147483647. Received -1' },
  { "net.Socket{fd=100000}", function() net.Socket({ fd = 100000 }) end, TYPE, "ERR_INVALID_FD_TYPE", "Unsupported fd type: UNKNOWN" },

  { "socket:on('x')", function() net.Socket():on("x") end, TYPE, ARG_TYPE, 'The "listener" argument must be of type function. Received nil' },
  { "socket:once('x', 5)", function() net.Socket():once("x", 5) end, TYPE, ARG_TYPE, 'The "listener" argument must be of type function. Received type number (5)' },
  { "socket:off('x', 'y')", function() net.Socket():off("x", "y") end, TYPE, ARG_TYPE, "The \"listener\" argument must be of type function. Received type string ('y')" },
  { "server:on('x')", function() net.createServer():on("x") end, TYPE, ARG_TYPE, 'The "listener" argument must be of type function. Received nil' },
  { "emitter:on('x')", function() events.EventEmitter():on("x") end, TYPE, ARG_TYPE, 'The "listener" argument must be of type function. Received nil' },
  { "emitter:setMaxListeners(-1)", function() events.EventEmitter():setMaxListeners(-1) end, RANGE, OUT, 'The value of "setMaxListeners" is out of range. It must be >= 0. Received -1' },

  { "timers.setTimeout()", function() timers.setTimeout() end, TYPE, ARG_TYPE, CALLBACK .. "nil$" },
  { "timers.setTimeout('x')", function() timers.setTimeout("x") end, TYPE, ARG_TYPE, CALLBACK .. "type string %('x'%)$" },
  { "timers.setInterval({})", function() timers.setInterval({}) end, TYPE, ARG_TYPE, CALLBACK .. ".*table" },
  { "timers.setImmediate(3)", function() timers.setImmediate(3) end, TYPE, ARG_TYPE, CALLBACK .. "type number %(3%)$" },
  { "net.nextTick()", function() net.nextTick() end, TYPE, ARG_TYPE, CALLBACK .. "nil$" },
}
-- luacheck: pop

describe("a usage error", function()
  after_each(within.clean)

  for _, misuse in ipairs(misuses) do
    local what, call, name, code, message = table.unpack(misuse)
    it("of " .. what .. " is raised at the caller's line, with Node's code and message", function()
      local err = raised(call)
      assert.equal(code, err.code)
      assert.equal(name, err.name)
      if message:sub(1, 1) == "^" then
        assert.matches(message, err.message)
      else
        assert.equal(message, err.message)
      end
      assert.equal(("%s [%s]: %s"):format(name, code, err.message), tostring(err))
      assert.is_false(net.run("nowait")) -- nothing was started
    end)
  end

  it("of LuaSocket's names says which method is meant, but for fields of the user's", function()
    local names = {
      [net.Socket()] = {
        send = "write", receive = "read", close = "destroy", settimeout = "setTimeout",
        setoption = "setNoDelay", getpeername = "remoteAddress", getsockname = "address",
        shutdown = "finish", getstats = "bytesRead",
      },
      [net.createServer()] = {
        accept = "connection", settimeout = "setTimeout", setoption = "createServer",
        getsockname = "address", getstats = "getConnections",
      },
    }
    for object, methods in pairs(names) do
      for name, instead in pairs(methods) do
        local err = raised(function() object[name](object, 5) end)
        assert.equal("ERR_METHOD_NOT_IMPLEMENTED", err.code)
        assert.matches("^%l+:" .. name .. " is LuaSocket's name: use ", err.message)
        assert.matches(instead, err.message, 1, true)
        object[name] = function(self, value) return self, value end
        assert.same({ object, 5 }, { object[name](object, 5) })
      end
      assert.is_nil(object.dirty)
    end
    local err = raised(function() net.Socket():send("x") end)
    assert.equal("socket:send is LuaSocket's name: use socket:write(data)", err.message)
  end)

  it("of a second listen is ERR_SERVER_ALREADY_LISTEN, and the server still listens", function()
    local server, port = serve.tcp()
    local err = raised(function() server:listen(0) end)
    assert.equal("ERR_SERVER_ALREADY_LISTEN", err.code)
    assert.equal("Error", err.name)
    assert.equal("Listen method has been called more than once without closing.", err.message)
    assert.equal(port, server:address().port)
    server:close()
    within(2)
  end)

  it("of listen leaves the server as it was: it can listen then", function()
    local server = keep(net.createServer())
    raised(function() server:listen(70000) end)
    assert.is_false(server.listening)
    assert.is_nil(server:address())
    local calls = 0
    server:listen(0, "127.0.0.1", function()
      calls = calls + 1
      server:close()
    end)
    within(2)
    assert.equal(1, calls)
  end)

  it("of listen does not add its callback", function()
    local server = keep(net.createServer())
    raised(function() server:listen(70000, function() end) end)
    assert.equal(0, server:listenerCount("listening"))
  end)

  it("of connect leaves the socket as it was: it can connect then", function()
    local server, port = serve.tcp(function(socket) socket:destroy() end)
    local socket = keep(net.Socket())
    raised(function() socket:connect(70000, "127.0.0.1") end)
    assert.is_false(socket.connecting)
    assert.is_false(socket.destroyed)
    local calls = 0
    socket:connect(port, "127.0.0.1", function() calls = calls + 1 end)
    socket:on("data", ignore)
    socket:on("close", function() server:close() end)
    within(2)
    assert.equal(1, calls)
  end)

  it("of write sends nothing and counts nothing", function()
    local near, far = pair.tcp()
    local received = {}
    far:on("data", function(bytes) received[#received + 1] = bytes end)
    near:resume()
    raised(function() near:write("lost", "nope") end)
    raised(function() near:write({}) end)
    assert.equal(0, near.bytesWritten)
    assert.equal(0, near.writableLength)
    near:finish("kept")
    within(2)
    assert.equal("kept", table.concat(received))
  end)

  it("of finish does not end the socket", function()
    local near, far = pair.tcp()
    far:resume()
    near:resume()
    raised(function() near:finish({}) end)
    assert.is_false(near.writableEnded)
    assert.is_true(near:write("x"))
    near:finish()
    within(2)
  end)

  it("of setEncoding leaves the encoding as it was", function()
    local near, far = pair.tcp()
    local received = {}
    far:setEncoding("hex")
    raised(function() far:setEncoding("nope") end)
    far:on("data", function(text) received[#received + 1] = text end)
    near:resume()
    near:finish("\xff\x00")
    within(2)
    assert.equal("ff00", table.concat(received))
  end)

  it("of setTimeout leaves the timeout as it was", function()
    local socket = net.Socket()
    socket:setTimeout(5000)
    raised(function() socket:setTimeout(-1) end)
    raised(function() socket:setTimeout(1, 5) end)
    assert.equal(5000, socket.timeout)
    assert.equal(0, socket:listenerCount("timeout"))
    socket:setTimeout(0)
  end)

  it("names the line of the listener that made it, in a callback", function()
    local line
    net.nextTick(function()
      line = debug.getinfo(1, "l").currentline + 1
      net.createServer(5)
    end)
    local ok, err = pcall(within.run, 2)
    assert.is_false(ok)
    assert.equal("ERR_INVALID_ARG_TYPE", err.code)
    assert.matches("errors_spec%.lua:" .. line .. ":", err.stack)
  end)

  it("of a method called without an object names the class that it needs", function()
    local socket, server = net.Socket(), net.createServer()
    local function refused(class, call, ...)
      local err = raisedWith("ERR_INVALID_THIS", call, ...)
      assert.equal("TypeError", err.name)
      assert.equal('Value of "this" must be of type ' .. class
        .. ": call methods with a colon, object:method(...)", err.message)
    end
    for _, method in ipairs({
      "write", "finish", "destroy", "connect", "pause", "setTimeout", "on",
    }) do
      for _, wrong in ipairs({ {}, "text", 5, server, io.stdout }) do
        if not (method == "on" and (wrong == server or type(wrong) == "table")) then
          refused(method == "on" and "EventEmitter" or "Socket", socket[method], wrong, "x", ignore)
        end
      end
      refused(method == "on" and "EventEmitter" or "Socket", socket[method])
    end
    for _, method in ipairs({ "listen", "close", "address", "getConnections", "ref" }) do
      for _, wrong in ipairs({ {}, "text", 5, socket, io.stdout }) do
        refused("Server", server[method], wrong, ignore)
      end
      refused("Server", server[method])
    end
  end)
end)

describe("a system error", function()
  after_each(within.clean)

  -- The error that `emitter` gets, which must be one.
  local function failure(emitter)
    local errors = {}
    emitter:on("error", function(err) errors[#errors + 1] = err end)
    within(5)
    assert.equal(1, #errors)
    local err = errors[1]
    assert.equal("Error", err.name)
    assert.equal("Error: " .. err.message, tostring(err))
    assert.equal(tostring(err), err.stack:sub(1, #tostring(err)))
    return err
  end

  -- A port of 127.0.0.1 on which nobody listens.
  local function unusedPort()
    local server, port = serve.tcp()
    server:close()
    within(2)
    return port
  end

  it("of a port where nobody listens is ECONNREFUSED, with address and port", function()
    local port = unusedPort()
    local err = failure(keep(net.connect(port, "127.0.0.1")))
    assert.equal("connect ECONNREFUSED 127.0.0.1:" .. port, err.message)
    assert.equal("ECONNREFUSED", err.code)
    assert.equal(-111, err.errno)
    assert.equal("connect", err.syscall)
    assert.equal("127.0.0.1", err.address)
    assert.equal(port, err.port)
  end)

  it("of an IPv6 address has the address in the message as Node has it", function()
    local port = unusedPort()
    local err = failure(keep(net.connect(port, "::1")))
    assert.equal("connect ECONNREFUSED ::1:" .. port, err.message)
    assert.equal("::1", err.address)
    assert.equal(port, err.port)
  end)

  it("of a path that does not exist is ENOENT, with the path as address", function()
    local err = failure(keep(net.connect("/nonexistent/lnet.sock")))
    assert.equal("connect ENOENT /nonexistent/lnet.sock", err.message)
    assert.equal("ENOENT", err.code)
    assert.equal(-2, err.errno)
    assert.equal("connect", err.syscall)
    assert.equal("/nonexistent/lnet.sock", err.address)
    assert.is_nil(err.port)
  end)

  it("of a path that is no socket is ECONNREFUSED", function()
    local path = temp.file("plain")
    local err = failure(keep(net.connect(path)))
    assert.equal("connect ECONNREFUSED " .. path, err.message)
    assert.equal("ECONNREFUSED", err.code)
    assert.equal(path, err.address)
  end)

  it("of a name that does not exist is ENOTFOUND, with the hostname", function()
    -- Two dots in a row: refused by the resolver itself, no name server is asked.
    local err = failure(keep(net.connect(1, "no..such.host")))
    assert.equal("getaddrinfo ENOTFOUND no..such.host", err.message)
    assert.equal("ENOTFOUND", err.code)
    assert.equal(-3008, err.errno)
    assert.equal("getaddrinfo", err.syscall)
    assert.equal("no..such.host", err.hostname)
    assert.is_nil(err.address)
    assert.is_nil(err.port)
  end)

  it("of listening on such a name is the same", function()
    local err = failure(keep(net.createServer():listen(0, "no..such.host")))
    assert.equal("getaddrinfo ENOTFOUND no..such.host", err.message)
    assert.equal("ENOTFOUND", err.code)
    assert.equal("no..such.host", err.hostname)
  end)

  it("of a port in use is EADDRINUSE, with address and port", function()
    local first, port = serve.tcp()
    local second, errors = keep(net.createServer()), {}
    second:on("error", function(err)
      errors[#errors + 1] = err
      first:close()
    end)
    second:listen(port, "127.0.0.1")
    within(2)
    assert.equal(1, #errors)
    local err = errors[1]
    assert.equal("listen EADDRINUSE: address already in use 127.0.0.1:" .. port, err.message)
    assert.equal("EADDRINUSE", err.code)
    assert.equal(-98, err.errno)
    assert.equal("listen", err.syscall)
    assert.equal("127.0.0.1", err.address)
    assert.equal(port, err.port)
  end)

  it("of a path in use is EADDRINUSE, with the path and port -1", function()
    local path = temp.file("in the way")
    local err = failure(keep(net.createServer():listen(path)))
    assert.equal("listen EADDRINUSE: address already in use " .. path, err.message)
    assert.equal("EADDRINUSE", err.code)
    assert.equal(-98, err.errno)
    assert.equal("listen", err.syscall)
    assert.equal(path, err.address)
    assert.equal(-1, err.port)
    assert.equal("in the way", temp.read(path))
  end)

  it("of a path in no directory is EACCES, as in Node", function()
    local err = failure(keep(net.createServer():listen("/nonexistent/lnet.sock")))
    assert.equal("listen EACCES: permission denied /nonexistent/lnet.sock", err.message)
    assert.equal("EACCES", err.code)
    assert.equal(-13, err.errno)
    assert.equal(-1, err.port)
  end)

  it("of an address that is not ours is EADDRNOTAVAIL", function()
    local err = failure(keep(net.createServer():listen(0, "192.0.2.77")))
    assert.equal("listen EADDRNOTAVAIL: address not available 192.0.2.77", err.message)
    assert.equal("EADDRNOTAVAIL", err.code)
    assert.equal(-99, err.errno)
    assert.equal("192.0.2.77", err.address)
  end)

  it("of a local address that is not ours is bind's EADDRNOTAVAIL", function()
    local options = { port = unusedPort(), host = "127.0.0.1", localAddress = "192.0.2.77" }
    local err = failure(keep(net.connect(options)))
    assert.equal("bind EADDRNOTAVAIL 192.0.2.77", err.message)
    assert.equal("EADDRNOTAVAIL", err.code)
    assert.equal("bind", err.syscall)
    assert.equal("192.0.2.77", err.address)
  end)
end)
