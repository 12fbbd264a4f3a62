--- What every pair shares, on Lua's side; prelude.js is its twin and prints the same text.
local net = require("lnet")
local events = require("lnet.events")
local timers = require("lnet.timers")

local hidden = {} -- { text, word }: ports and paths differ from run to run
local tapes = {}
local paths = {}

local show

local function bytesOf(text)
  return (text:gsub("[^\32-\126]", function(byte) return ("\\x%02x"):format(byte:byte()) end))
end

local function scrub(text)
  for _, pair in ipairs(hidden) do text = text:gsub(pair[1], pair[2]) end
  return text
end

local function isError(value)
  return type(value) == "table" and type(value.message) == "string"
end

--- name|code|syscall|errno|address|port|message|tostring(err)
local function err(e)
  if not isError(e) then return show(e) end
  local fields = { show(e.name), show(e.code), show(e.syscall), show(e.errno), show(e.address),
    show(e.port), show(e.message), show(tostring(e)) }
  return table.concat(fields, "|")
end

local function isEmitter(value)
  if type(value) ~= "table" and type(value) ~= "userdata" then return false end
  local ok, emit = pcall(function() return value.emit end)
  return ok and type(emit) == "function"
end

function show(value)
  if value == nil then return "nil" end
  if type(value) == "string" then return bytesOf(value) end
  if type(value) == "function" then return "function" end
  if math.type(value) == "float" then
    return value % 1 == 0 and ("%d"):format(value) or ("%.14g"):format(value)
  end
  if isError(value) then return err(value) end
  if isEmitter(value) then return "emitter" end
  if type(value) ~= "table" then return tostring(value) end
  if next(value) == nil then return "{}" end
  local parts = {}
  if #value > 0 then
    for i, item in ipairs(value) do parts[i] = show(item) end
    return "[" .. table.concat(parts, ", ") .. "]"
  end
  for key, item in pairs(value) do parts[#parts + 1] = key .. ": " .. show(item) end
  table.sort(parts)
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function line(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = show(parts[i]) end
  return scrub(table.concat(parts, " "))
end

local function log(...)
  print(line(...))
end

--- A log of its own for one party; all tapes are printed at the end, in the order they were made:
-- what two sockets do at the same time has no order of its own.
local function tape(name)
  local lines = {}
  tapes[#tapes + 1] = lines
  return function(...) lines[#lines + 1] = name .. ": " .. line(...) end
end

local function hide(text, word)
  local quoted = tostring(text):gsub("%p", "%%%0")
  if type(text) == "number" then quoted = "%f[%w]" .. quoted .. "%f[%W]" end
  hidden[#hidden + 1] = { quoted, word }
end

--- Ends each script: the loop runs, errors that nobody caught are logged, and it goes on.
local function run()
  local ok, e
  repeat
    ok, e = pcall(net.run)
    if not ok then log("uncaught", type(e) == "string" and e:match("^[^\n]*") or e) end
  until ok
  for _, lines in ipairs(tapes) do
    for _, text in ipairs(lines) do print(text) end
  end
  for _, name in ipairs(paths) do os.remove(name) end
end

--- Logs each of the events (names with spaces between) with its arguments.
local function watch(to, emitter, names)
  for name in names:gmatch("%S+") do
    emitter:on(name, function(...)
      local count = select("#", ...)
      while count > 0 and (select(count, ...)) == nil do count = count - 1 end
      to(name, table.unpack({ ... }, 1, count))
    end)
  end
  return emitter
end

local function codeOf(e)
  if not isError(e) then return "not an error object: " .. show(e) end
  return e.name .. "|" .. (e.code or "undefined")
end

--- Name and code of what a call raises; the messages differ where they name a type of the language.
local function raises(label, call)
  local ok, e = pcall(call)
  log(label, ok and "ok" or codeOf(e))
end

--- The same with the message.
local function says(label, call)
  local ok, e = pcall(call)
  if ok then return log(label, "ok") end
  log(label, isError(e) and codeOf(e) .. "|" .. e.message .. "|" .. tostring(e) or codeOf(e))
end

--- A path for a Unix socket that nothing has yet.
local function newPath()
  local name = os.tmpname()
  os.remove(name)
  paths[#paths + 1] = name
  hide(name, "PATH")
  return name
end

--- A server on a free port of 127.0.0.1 ("tcp") or on a new path ("unix");
-- ready(to, server) gets the options with which one connects to it.
local function listen(where, options, onConnection, ready)
  local server = net.createServer(options or {}, onConnection)
  if where == "unix" then
    local name = newPath()
    server:listen(name, function() ready({ path = name }, server) end)
  else
    server:listen(0, "127.0.0.1", function()
      local port = server:address().port
      hide(port, "PORT")
      ready({ port = port, host = "127.0.0.1" }, server)
    end)
  end
  return server
end

--- Two connected sockets; ready(near, far) comes once both sides know, from a setImmediate.
-- The server is already closed by then. `options`: near and far, options of each side.
local function pair(where, options, ready)
  local near, far, server
  local function both()
    if near and not near.connecting and far then
      server:close()
      timers.setImmediate(function() ready(near, far) end)
    end
  end
  server = listen(where, options and options.far or {}, function(socket)
    far = socket
    both()
  end, function(to)
    local full = {}
    for key, value in pairs(options and options.near or {}) do full[key] = value end
    for key, value in pairs(to) do full[key] = value end
    near = net.connect(full, both)
  end)
end

--- A port of this address that never answers: its queue is full and nobody accepts, for the
-- process that listens sleeps. ready(port, stop). The script runs twice: there only this prelude.
local isSilent = arg[1] == "silent"
if isSilent then
  local server = net.createServer()
  server:listen({ port = 0, host = arg[2], backlog = 1 }, function()
    require("lnet.ipc").parent:send(server:address().port, function()
      os.execute("sleep 5")
      os.exit()
    end)
  end)
end
local later
local function silent(address, ready)
  local sleeper = require("lnet.ipc").fork(arg[0], { "silent", address })
  sleeper:once("message", function(port)
    hide(port, "PORT")
    local fillers = {}
    for i = 1, 4 do fillers[i] = net.connect(port, address):on("error", function() end) end
    later(function()
      ready(port, function()
        for _, socket in ipairs(fillers) do socket:destroy() end
        sleeper:kill("SIGKILL")
      end)
    end, 200)
  end)
end

--- each(list, step(item, next)): one step after the other; next() starts the following one.
local function each(list, step)
  local at = 0
  local function following()
    at = at + 1
    if at <= #list then step(list[at], following) end
  end
  following()
end

--- Later than all that is under way on the loopback: a time, then some rounds of the loop, so that
-- a process that was held up has seen its input before.
function later(f, ms)
  local function rounds(left)
    if left == 0 then f() else timers.setImmediate(rounds, left - 1) end
  end
  timers.setTimeout(rounds, ms, 3)
end

--- A number of properties of a socket, in this order, as one line.
local function props(object, names)
  local parts = {}
  for name in names:gmatch("%S+") do parts[#parts + 1] = name .. "=" .. show(object[name]) end
  return table.concat(parts, " ")
end

local errorMeta = {
  __tostring = function(e) return e.name .. ": " .. e.message end,
}

local function shell(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return (text:gsub("%s+$", ""))
end

return {
  net = net,
  log = log,
  tape = tape,
  run = run,
  show = show,
  err = err,
  hide = hide,
  watch = watch,
  raises = raises,
  says = says,
  newPath = newPath,
  listen = listen,
  pair = pair,
  each = each,
  later = later,
  silent = silent,
  isSilent = isSilent,
  props = props,
  EventEmitter = events.EventEmitter,
  nextTick = net.nextTick,
  setTimeout = timers.setTimeout,
  setInterval = timers.setInterval,
  setImmediate = timers.setImmediate,
  clearTimeout = timers.clearTimeout,
  clearInterval = timers.clearInterval,
  clearImmediate = timers.clearImmediate,
  error = function(message)
    return setmetatable({ name = "Error", message = message }, errorMeta)
  end,
  fill = string.rep,
  bytes = function(hex)
    return (hex:gsub("%x%x", function(two) return string.char(tonumber(two, 16)) end))
  end,
  join = table.concat,
  buffer = function(size) return net.Buffer(size) end,
  text = function(buffer, count) return buffer:sub(1, count) end,
  AbortController = net.AbortController,
  AbortSignal = net.AbortSignal,
  exists = function(name) return os.rename(name, name) == true end,
  touch = function(name) assert(io.open(name, "w")):close() end,
  shell = shell,
}
