--- Other Lua processes with a channel: messages, sockets and servers go both ways. Source: node
-- v20, child_process.fork, and process.send and its relatives in the child.
require("lnet")
local core = require("lnet.core")
-- In a process that was forked that has loaded this file already; and loaded anew it is what it
-- was: there is one channel only.
if core.ipc then return core.ipc end
local channel = require("lnet.ipc.channel")
local errors = require("lnet.errors")
local sockets = require("lnet.ipc.sockets")

local CHANNEL_VARIABLE = "LNET_CHANNEL_FD"
local CHANNEL_FD = 3 -- where spawn puts it

--- What fork returns: a child process, an emitter of 'spawn', 'message', 'disconnect', 'exit',
-- 'close' and 'error'. Fields: `pid`, `connected`, `exitCode`, `signalCode`, `killed`.
local Subprocess = setmetatable({}, { __index = channel.Endpoint })

-- The process in C behind a Subprocess; none once it has ended.
local processes = setmetatable({}, { __mode = "k" })

-- 'close' comes when the process has ended and the channel is closed.
local function closeIfOver(subprocess, state)
  state.left = state.left - 1
  if state.left == 0 then
    core.emit(subprocess, "close", subprocess.exitCode, subprocess.signalCode)
  end
end

local function signalName(number)
  for name, value in pairs(core.signals) do
    if value == number then return name end
  end
  return "SIG" .. number
end

local function exited(subprocess, state, code, signal)
  processes[subprocess] = nil
  if signal ~= 0 then
    subprocess.signalCode = signalName(signal)
  else
    subprocess.exitCode = code
  end
  sockets.forget(channel.linkOf(subprocess))
  core.emit(subprocess, "exit", subprocess.exitCode, subprocess.signalCode)
  closeIfOver(subprocess, state)
end

local function notStarted(subprocess, state, plan, errno)
  subprocess.exitCode = errno
  local err = core.systemError(errno, "spawn " .. plan.file)
  err.path = plan.file
  err.spawnargs = { table.unpack(plan.args, 2) }
  core.emit(subprocess, "error", err)
  closeIfOver(subprocess, state)
end

-- ---- options ----

local function checkText(value, name)
  if type(value) ~= "string" then errors.throwType(name, "of type string", value) end
  if value:find("\0", 1, true) then
    errors.throwValue(name, "must be a string without null bytes", value)
  end
  return value
end

-- The strings of a sequence of strings and numbers.
local function words(list, name)
  local texts = {}
  for i, value in ipairs(list) do
    local text = type(value) == "number" and tostring(value) or value
    texts[i] = checkText(text, ("%s[%d]"):format(name, i - 1))
  end
  return texts
end

local STDIO = { inherit = true, ignore = true }

-- What the child's first three descriptors are: the number of one of ours, or false.
local function checkStdio(stdio)
  if stdio == nil then stdio = "inherit" end
  local list = type(stdio) == "table" and stdio or { stdio, stdio, stdio }
  local descriptors = {}
  for i = 1, 3 do
    local value = list[i]
    if value == nil then value = "inherit" end
    if not STDIO[value] then errors.throwValue("stdio", "is invalid", value) end
    descriptors[i] = value == "inherit" and i - 1
  end
  return descriptors
end

local function optTable(value, name)
  if value ~= nil and type(value) ~= "table" then errors.throwType(name, "of type table", value) end
  return value
end

-- "NAME=value" for each variable of the child.
local function checkEnv(env)
  local pairsOf = {}
  for name, value in pairs(optTable(env, "options.env") or core.environment()) do
    local property = "options.env['" .. tostring(name) .. "']"
    checkText(name, property)
    if name ~= CHANNEL_VARIABLE then
      pairsOf[#pairsOf + 1] = name .. "=" .. checkText(tostring(value), property)
    end
  end
  pairsOf[#pairsOf + 1] = ("%s=%d"):format(CHANNEL_VARIABLE, CHANNEL_FD)
  return pairsOf
end

-- What stands between the interpreter and the script on this process's command line, such as
-- bin/lnet or `-l module`; code to run (-e) is not the child's.
local function ownExecArgv()
  local list = {}
  if type(arg) ~= "table" then return list end
  local first = 0
  while arg[first - 1] ~= nil do first = first - 1 end
  local i = first + 1
  while i < 0 do
    local word = tostring(arg[i])
    if word == "-e" then
      i = i + 1
    elseif not word:find("^%-[ei]") then
      list[#list + 1] = word
    end
    i = i + 1
  end
  return list
end

-- Checks the arguments of fork; returns what core.spawn takes.
local function makePlan(script, args, options)
  checkText(script, "modulePath")
  optTable(args, "args")
  optTable(options, "options")
  if options == nil and args and #args == 0 and next(args) ~= nil then args, options = nil, args end
  options = options or {}
  local file = options.execPath
  if file == nil then file = core.execPath() or "lua" end
  local command = { checkText(file, "options.execPath") }
  local execArgv = optTable(options.execArgv, "options.execArgv") or ownExecArgv()
  for _, word in ipairs(words(execArgv, "options.execArgv")) do command[#command + 1] = word end
  command[#command + 1] = script
  for _, word in ipairs(words(args or {}, "args")) do command[#command + 1] = word end
  return {
    file = file,
    args = command,
    cwd = options.cwd ~= nil and checkText(options.cwd, "options.cwd") or nil,
    env = checkEnv(options.env),
    stdio = checkStdio(options.stdio),
  }
end

-- ---- the public part ----

-- These come as events; whatever else uv_spawn answers is raised. Node's list.
local TOLD = { EACCES = true, EAGAIN = true, EMFILE = true, ENFILE = true, ENOENT = true }

--- Starts another Lua process with a channel to this one. Source: node v20, child_process.fork.
-- @tparam string script
-- @tparam[opt] table args sequence of its arguments
-- @tparam[opt] table options `env` (a table of all its variables), `cwd`, `execPath` (the
-- interpreter, by default the one that runs this process), `execArgv` (its own arguments), `stdio`
-- (`"inherit"`, `"ignore"`, or a sequence of three of them)
-- @treturn Subprocess
-- @raise `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, what the system refuses
local function fork(script, args, options)
  local plan = makePlan(script, args, options)
  local subprocess = setmetatable({ connected = false, killed = false }, { __index = Subprocess })
  local state = { left = 2 }
  local link = channel.setUp(subprocess, true, function() closeIfOver(subprocess, state) end)
  local process, errno, pid = core.spawn(plan, link.handle, function(code, signal)
    exited(subprocess, state, code, signal)
  end)
  local told = process or TOLD[core.errorName(errno)]
  local started = told and link.handle:start() == 0
  if not started then link:abandon() end -- without descriptors there is no channel either
  if not told then error(core.systemError(errno, "spawn"), 0) end
  if process then
    processes[subprocess] = process
    subprocess.pid = pid
    core.nextTick(subprocess.emit, subprocess, "spawn")
  else
    core.nextTick(notStarted, subprocess, state, plan, errno)
  end
  return subprocess
end

-- The number of a signal given by name or number.
local function checkSignal(signal)
  if signal == nil then return core.signals.SIGTERM end
  if signal == 0 then return 0 end
  local number = type(signal) == "string" and core.signals[signal:upper()] or nil
  for _, value in pairs(core.signals) do number = number or value == signal and value end
  if number then return number end
  errors.throw("TypeError", "ERR_UNKNOWN_SIGNAL", "Unknown signal: " .. tostring(signal))
end

--- Sends a signal to the process. Source: node v20, subprocess.kill.
-- @param[opt="SIGTERM"] signal a name or a number
-- @treturn boolean whether it was sent
-- @raise `ERR_UNKNOWN_SIGNAL`
function Subprocess:kill(signal)
  channel.check(self)
  local number = checkSignal(signal)
  local process = processes[self]
  if not process then return false end
  local errno = process:kill(number)
  if errno == 0 then
    self.killed = true
    return true
  end
  if core.errorName(errno) ~= "ESRCH" then
    self:emit("error", core.systemError(errno, "kill"))
  end
  return false
end

--- Has net.run wait for the process, as it does by default. Source: node v20.
function Subprocess:ref()
  channel.check(self)
  if processes[self] then processes[self]:ref(true) end
  return self
end

--- Lets net.run return although the process runs; the channel is waited for. Source: node v20.
function Subprocess:unref()
  channel.check(self)
  if processes[self] then processes[self]:ref(false) end
  return self
end

-- The other end of the channel in a process that was forked; nil in others.
local function openParent()
  local fd = math.tointeger(tonumber(core.takeVariable(CHANNEL_VARIABLE) or ""))
  if not fd then return nil end
  local parent = setmetatable({}, { __index = channel.Endpoint })
  local link = channel.setUp(parent, false, function() end)
  if link.handle:open(fd) ~= 0 or link.handle:start() ~= 0 then
    link:abandon() -- a variable that fork has not set
    return nil
  end
  link:count(0)
  core.defaultInterrupt() -- Ctrl-C in a terminal ends all processes there, as with node
  return parent
end

core.ipc = { fork = fork, parent = openParent() }

return core.ipc
