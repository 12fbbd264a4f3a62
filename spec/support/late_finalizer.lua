--- A program of state_end_spec.lua: a finalizer that is older than lnet runs at the end of the
-- state, when the loop is gone, and uses every object of lnet in every way. The first argument says
-- how the state ends: "end", "exit" (inside a callback) or "error".
local kept = { objects = {}, names = {}, functions = {}, arguments = {} }
local raised, made = 0, 0

local function attempt(fn, ...)
  made = made + 1
  if not pcall(fn, ...) then raised = raised + 1 end
end

local function callAll(fn, ...)
  for _, arguments in ipairs(kept.arguments) do
    local all = { ... }
    local first = #all
    for i = 1, arguments.n do all[first + i] = arguments[i] end
    attempt(fn, table.unpack(all, 1, first + arguments.n))
  end
end

local function useAll(object, names)
  for name in pairs(names) do
    local ok, value = pcall(function() return object[name] end)
    attempt(function() object[name] = 1 end)
    attempt(function() object[name] = nil end)
    if ok and type(value) == "function" then callAll(value, object) end
  end
  attempt(function() object.ownField = 1 end)
  attempt(function() return object.ownField, object[1], #object end)
  attempt(tostring, object)
  attempt(function() local _ <close> = object end)
  collectgarbage()
end

setmetatable(kept, { __gc = function()
  for _, entry in pairs(kept.objects) do useAll(entry.object, kept.names[entry.class]) end
  for _, fn in pairs(kept.functions) do callAll(fn) end
  -- What needs the loop raises; what only tells or forgets does not.
  local ok, err = pcall(kept.functions.connect, 1, "127.0.0.1")
  io.write(tostring(ok), " ", (tostring(err):gsub("^.*: ", "")), "\n")
  local both = raised > 1000 and made - raised > 1000
  io.write(both and "used" or ("%d calls, %d raised"):format(made, raised), "\n")
end })

local abort = require("lnet.abort")
local core = require("lnet.core")
local events = require("lnet.events")
local ipc = require("lnet.ipc")
local net = require("lnet")
local timers = require("lnet.timers")

local function ignore() end

local function keep(label, class, object)
  kept.objects[label] = { object = object, class = class }
  return object
end

-- The names that a class has, and `more`, words.
local function name(class, methods, more)
  local names = {}
  for word in more:gmatch("%S+") do names[word] = true end
  for word in pairs(methods or {}) do
    if type(word) == "string" then names[word] = true end
  end
  kept.names[class] = names
end

local EMITTER = " on once off addListener removeListener prependListener prependOnceListener emit"
  .. " removeAllListeners listeners rawListeners listenerCount eventNames setMaxListeners"
  .. " getMaxListeners "

name("socket", net.Socket, EMITTER .. [[
  bufferSize bytesRead bytesWritten connecting destroyed closed errored localAddress localPort
  localFamily remoteAddress remotePort remoteFamily pending readyState readable readableEnded
  readableFlowing readableLength readableHighWaterMark readableDidRead readableAborted
  readableEncoding writable writableEnded writableFinished writableLength writableHighWaterMark
  writableNeedDrain writableAborted writableCorked timeout allowHalfOpen server fd peerCredentials
  autoSelectFamilyAttemptedAddresses]])
name("server", net.Server, EMITTER .. [[
  listening connections maxConnections fd allowHalfOpen pauseOnConnect noDelay keepAlive
  keepAliveInitialDelay highWaterMark blockList dropMaxConnection]])
name("timer", nil, "ref unref hasRef refresh close")
name("buffer", net.Buffer, "length set toString slice get")
name("list", net.BlockList, "rules addAddress addRange addSubnet check toJSON fromJSON")
name("address", net.SocketAddress, "address port family flowlabel")
name("emitter", events.EventEmitter, EMITTER)
name("abort", nil, EMITTER .. [[
  signal abort aborted reason addEventListener removeEventListener throwIfAborted]])
name("subprocess", nil, EMITTER .. [[
  send disconnect kill ref unref pid connected exitCode signalCode channel]])
name("channel", nil, "close open ref send start waiting")

local list = net.BlockList()
list:addAddress("10.1.2.3")
local buffer = net.Buffer(100)
local other = net.Socket()
local controller = net.AbortController and net.AbortController() or abort.AbortController()
for _, arguments in ipairs({
  table.pack(), table.pack(nil), table.pack(1), table.pack("data"), table.pack("data", ignore),
  table.pack("x", "hex", ignore), table.pack(ignore, 5, 1), table.pack(1, "127.0.0.1"),
  table.pack({ port = 1 }), table.pack({ path = "/nonexistent" }), table.pack({ fd = 5 }),
  table.pack(true, 2000), table.pack(other), table.pack("error", {}), table.pack("close"),
  table.pack("readable", ignore), table.pack("end", ignore), table.pack("timeout", ignore),
  table.pack("connection", ignore), table.pack(0, ignore), table.pack("/nonexistent/path"),
  table.pack(list), table.pack(2, "abc", nil, true, ignore), table.pack(ignore),
  table.pack({ onread = { buffer = 100, callback = ignore }, typeOfService = 3,
    keepAliveInitialDelay = 5000, readableHighWaterMark = 4 }),
}) do
  kept.arguments[#kept.arguments + 1] = arguments
end

-- libuv leaks the text of a code that it does not know; the child must not forget its parent, nor
-- end before it has used the rest.
local LEFT_OUT = { errorName = true, errorText = true, systemError = true, takeVariable = true,
  exit = true }
for _, module in ipairs({ core, net, timers, ipc, events, abort }) do
  for word, fn in pairs(module) do
    local meta = getmetatable(fn)
    local callable = type(fn) == "function" or type(meta) == "table" and meta.__call
    if callable and not LEFT_OUT[word] then kept.functions[word] = fn end
  end
end

local function quiet(socket) return socket:on("error", ignore) end

keep("new socket", "socket", net.Socket())
keep("socket with options", "socket", net.Socket({ onread = { buffer = buffer, callback = ignore },
  typeOfService = 4, keepAliveInitialDelay = 5000, signal = controller.signal }))
keep("decoding socket", "socket", net.Socket()):setEncoding("utf8"):setTimeout(60000)
keep("corked socket", "socket", net.Socket()):cork()
keep("refused socket", "socket", quiet(net.connect(1, "127.0.0.1"))):write("x", ignore)
keep("lookup", "socket", quiet(net.connect({ port = 1, host = "localhost" })))
keep("no path", "socket", quiet(net.connect("/nonexistent/path")))
keep("destroyed socket", "socket", quiet(net.connect(1, "127.0.0.1"))):destroy()
keep("new server", "server", net.createServer())
keep("idle server", "server", net.createServer()):listen(0)
keep("closed server", "server", net.createServer()):listen(0):close()
keep("timeout", "timer", timers.setTimeout(ignore, 60000))
keep("cleared", "timer", timers.setTimeout(ignore, 60000)):close()
keep("interval", "timer", timers.setInterval(ignore, 60000))
keep("list", "list", list)
keep("buffer", "buffer", buffer)
keep("slice", "buffer", buffer:slice(1, 4))
keep("address", "address", net.SocketAddress({ address = "127.0.0.1", port = 1 }))
keep("emitter", "emitter", events.EventEmitter())
keep("controller", "abort", controller)
keep("signal", "abort", controller.signal)
keep("late signal", "abort", abort.AbortSignal.timeout(60000))
keep("channel", "channel", core.newChannel(ignore))
local process = ipc.fork("-", {}, { stdio = "ignore" })
keep("subprocess", "subprocess", process):on("error", ignore)

local path = os.tmpname()
os.remove(path)
local unix = net.createServer(function(socket)
  keep("accepted by path", "socket", quiet(socket)):setTimeout(60000)
end)
keep("unix server", "server", unix):listen(path)

-- What the connections that come in are brought to, in order.
local states = {
  function(socket)
    keep("writing socket", "socket", socket):write(("x"):rep(8 << 20), ignore)
    socket:write("y", ignore)
    socket:setEncoding("hex")
    socket:setTimeout(60000)
  end,
  function(socket)
    keep("piped socket", "socket", socket):pipe(kept.objects["writing socket"].object)
  end,
  function(socket) -- an accepted one has little room: it connects to a path
    keep("socket of two lives", "socket", socket):destroy()
    socket:on("close", function() socket:connect(path, function() socket:write("x") end) end)
  end,
  function(socket)
    keep("connecting again", "socket", socket):destroy()
    socket:on("close", function()
      socket:connect(path)
      socket:write("x", ignore)
      socket:destroy()
    end)
  end,
  function(socket) keep("accepted and closed", "socket", socket):destroy({ message = "x" }) end,
  function(socket)
    keep("unread socket", "socket", socket):on("readable", ignore)
    socket:cork()
    socket:write("x")
  end,
  function(socket) keep("finished socket", "socket", socket):finish("x", ignore) end,
  function(socket)
    keep("named socket", "socket", socket).name = "a field"
    socket:setTimeout(1)
  end,
}
local count = 0
local options = { keepAlive = true, keepAliveInitialDelay = 2000, blockList = list }
local server = net.createServer(options, function(socket)
  count = count + 1
  states[count](quiet(socket))
end)
keep("busy server", "server", server):listen(0, "127.0.0.1", function()
  for i = 1, #states do
    local onread = i % 2 == 0 and { buffer = 10, callback = ignore } or nil
    local target = { port = server:address().port, host = "127.0.0.1", onread = onread }
    local client = keep("client " .. i, "socket", quiet(net.connect(target)))
    client:write("bytes")
    if i == 1 then client:pause() end
  end
  keep("client by path", "socket", net.connect(path)):write("x", ignore)
end)
keep("immediate", "timer", timers.setImmediate(ignore))

local function finish()
  if count < #states or not kept.objects["accepted by path"] then return end
  keep("waiting immediate", "timer", timers.setImmediate(ignore))
  net.nextTick(ignore)
  os.remove(path)
  if arg[1] == "exit" then os.exit(0, true) end
  if arg[1] == "error" then error({ message = "the end" }) end
  net.stop()
end
timers.setInterval(finish, 20)
pcall(net.run)
