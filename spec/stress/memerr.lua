--- What memerr.c runs while allocations fail: a bit of everything, over TCP and a Unix socket.
-- net.run is called again after each error, as a program may. Any error that is not one of memory,
-- or a success that lacks something, is raised.
local net = require("lnet")
local timers = require("lnet.timers")

local failed = false

-- Whether lack of memory explains the error.
local function ofMemory(err)
  local text = tostring(err)
  return text:find("not enough memory", 1, true) ~= nil or text:find("ENOMEM", 1, true) ~= nil
end

local open, wanted = {}, 0
local accepted = 0 -- no server is closed before it has its connection: a busy machine is slow
local due = 0 -- callbacks of writes and finishes that are still to come
local path = os.tmpname()
os.remove(path)

local function note(err)
  if err and ofMemory(err) then failed = true end
end

local function called(err)
  note(err)
  due = due - 1
end

local function keep(object)
  open[#open + 1] = object
  object:on("error", note)
  return object
end

local function echo(socket)
  keep(socket)
  socket:setEncoding("utf8")
  socket:on("data", function(text)
    socket:write(text, "utf8", called)
    due = due + 1
  end)
  socket:on("end", function() socket:finish("bye") end)
  socket:setTimeout(5000, function() socket:destroy() end)
end

-- Connects, writes 300,007 bytes, and expects `expected`.
local function client(target, expected)
  local socket = keep(net.Socket())
  local got = 0
  socket:on("data", function(bytes) got = got + #bytes end)
  socket:on("lookup", function() end)
  socket:connect(target, function()
    socket:cork()
    socket:write("61", "hex", called)
    socket:write("b", called)
    socket:uncork()
    socket:write(("c"):rep(300000), called)
    socket:finish(called)
    due = due + 4
  end)
  socket:on("close", function() wanted = wanted + (got == expected and 1 or 0) end)
  socket:write("early", called)
  due = due + 1
  return socket
end

local function round()
  local tcp
  tcp = keep(net.createServer(function(socket)
    accepted = accepted + 1
    echo(socket)
    timers.setTimeout(function() tcp:close() end, 20, "argument"):ref()
  end))
  local unix = keep(net.createServer(function(socket)
    accepted = accepted + 1
    keep(socket)
    socket:pipe(socket)
  end))
  tcp:listen(0, "127.0.0.1", function()
    client({ port = tcp:address().port, host = "127.0.0.1" }, 300010)
  end)
  unix:listen(path, function() client({ path = path }, 300007):setTimeout(1000) end)
  local refused = keep(net.connect({ port = 1, host = "localhost" }))
  refused:write("lost", function() end)
  timers.setImmediate(function() net.nextTick(note) end)
  keep(net.Socket()):destroy({ message = "mine" })
end

-- Calls a function, then net.run, until nothing is raised; whether that came to be.
local function run(step)
  for _ = 1, 50 do
    local ok, err = pcall(step)
    if ok then return true end
    failed = true
    if not ofMemory(err) then error(err, 0) end
    step = net.run
  end
  return false
end

-- A socket whose 'connection' listener could not be called is known to nobody and stays open: so
-- nothing here waits for the loop to end.
run(function()
  timers.setInterval(net.stop, 100):unref()
  round()
  local closing
  closing = timers.setInterval(function()
    if accepted < 2 and not failed then return end
    closing:close()
    for _, object in ipairs(open) do
      if object.listening then object:close() end
    end
  end, 40)
  net.run()
end)
for _ = 1, 50 do
  if not failed and (wanted < 2 or due > 0) then run(net.run) end
end
disarm() -- luacheck: globals disarm
for _, object in ipairs(open) do
  if object.destroy then object:destroy() else object:close() end
end
for _ = 1, 5 do
  if not run(function() net.run("nowait") end) then error("net.run raises for ever", 0) end
end
os.remove(path)
if not failed and wanted ~= 2 then error("the echo is incomplete: " .. wanted, 0) end
if not failed and due ~= 0 then error("callbacks missing: " .. due, 0) end
