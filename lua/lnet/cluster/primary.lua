--- The primary's side of a cluster: forks workers, and binds what they listen on. Source: node v20,
-- internal/cluster/primary and shared_handle.
local channel = require("lnet.ipc.channel")
local common = require("lnet.cluster.common")
local core = require("lnet.core")
local errors = require("lnet.errors")
local events = require("lnet.events")
local ipc = require("lnet.ipc")
local listen = require("lnet.listen")

local cluster = events.EventEmitter.new()
cluster.isPrimary = true
cluster.isWorker = false
cluster.workers = {} -- by id

-- Who accepts: the primary, which gives each worker its turn (node's default and ours); or the
-- workers themselves, then the kernel chooses, and may leave out some while there is little to do.
cluster.SCHED_NONE, cluster.SCHED_RR = 1, 2
cluster.schedulingPolicy = cluster.SCHED_RR

local BACKLOG = 511 -- node's default
-- How often a connection is offered to every worker: when all of them have no descriptor left for
-- it, it is closed.
local MAX_ROUNDS = 3

local settings = {}
local lastId = 0
local workersOf = setmetatable({}, { __mode = "k" }) -- by the link of their process
local present = {} -- workers whose process runs or whose channel is open, by id
local waiting = {} -- callbacks of disconnect

local Worker = common.class()

-- ---- what workers listen on ----

-- What is bound, by key: `server`, the `workers` that have it by id, whether it is `shared`, which
-- means that they accept; and what cluster.SCHED_RR needs: their ids in `turns`, in the order in
-- which they get connections; by id those that are `busy`, with a connection that they have not
-- answered for; connections that are `waiting`.
local handles = {}

-- As node's checkBindError: a bind that failed may show only in the address.
local function checkBound(server, plan)
  if not plan.port or plan.port <= 0 then return 0 end
  local ok, at = pcall(server.address, server)
  if not ok then return at.errno end
  return at.port == plan.port and 0 or core.EADDRINUSE
end

-- Returns 0 or libuv's code.
local function bind(server, plan)
  local errno = listen.bind(server, plan)
  if errno ~= 0 then return errno end
  if plan.path then
    if plan.readableAll or plan.writableAll then
      errno = core.chmod(server, plan.readableAll, plan.writableAll)
    end
  elseif not plan.fd then
    errno = checkBound(server, plan)
  end
  if errno ~= 0 then core.closeHandle(server) end
  return errno
end

-- The next worker in turn that is not busy, or nil.
local function nextWorker(handle)
  for place, id in ipairs(handle.turns) do
    local worker = handle.workers[id]
    if not handle.busy[id] and worker.process.connected then
      table.remove(handle.turns, place)
      table.insert(handle.turns, id)
      return worker
    end
  end
end

-- Gives connections that wait to workers in turn, one at a time for each. What a worker does not
-- take, or does not live to take, the next one gets: until it has answered, the connection is
-- open here, too.
local function distribute(handle)
  while #handle.waiting > 0 do
    local worker = nextWorker(handle)
    if not worker then return end
    local connection = table.remove(handle.waiting, 1)
    connection.tries = connection.tries + 1
    handle.busy[worker.id] = true
    channel.linkOf(worker.process):request("cluster.connection", {
      key = handle.key, must = connection.tries > #handle.turns,
    }, function(_, taken)
      handle.busy[worker.id] = nil
      if taken or connection.tries > MAX_ROUNDS * #handle.turns then
        connection.socket:destroy()
      else
        table.insert(handle.waiting, 1, connection)
      end
      if handles[handle.key] == handle then
        distribute(handle)
      else
        handle:drop()
      end
    end, connection.socket)
  end
end

-- Nobody is left to take what waits.
local function drop(handle)
  for _, connection in ipairs(handle.waiting) do connection.socket:destroy() end
  handle.waiting = {}
end

local function newHandle(key, plan)
  local server = core.newServer({ pauseOnConnect = true })
  local handle = {
    key = key, server = server, workers = {}, turns = {}, busy = {}, waiting = {}, drop = drop,
  }
  handle.shared = cluster.schedulingPolicy == cluster.SCHED_NONE
  local errno = bind(server, plan)
  if errno == 0 and not handle.shared then
    server:on("connection", function(socket)
      socket:on("error", function() end) -- nobody here writes or reads
      table.insert(handle.waiting, { socket = socket, tries = 0 })
      distribute(handle)
    end)
    errno = core.listen(server, plan.backlog and math.tointeger(plan.backlog // 1) or BACKLOG)
  end
  if errno ~= 0 then return nil, errno end
  handles[key] = handle
  return handle
end

-- The worker has no part in it any more; the last one closes it.
local function removeFrom(handle, worker)
  if not handle.workers[worker.id] then return end
  handle.workers[worker.id] = nil
  for place, id in ipairs(handle.turns) do
    if id == worker.id then table.remove(handle.turns, place) end
  end
  if next(handle.workers) ~= nil then return end
  core.closeHandle(handle.server)
  handles[handle.key] = nil
  handle:drop()
end

local function removeHandles(worker)
  local all = {}
  for _, handle in pairs(handles) do all[#all + 1] = handle end
  for _, handle in ipairs(all) do removeFrom(handle, worker) end
end

channel.command("cluster.query", function(link, message)
  local worker = workersOf[link]
  if not worker or worker.exitedAfterDisconnect then return end
  local handle, errno = handles[message.key], 0
  if not handle then handle, errno = newHandle(message.key, message.plan) end
  if not handle then
    link:reply(message.id, { errno = errno })
    return
  end
  link:reply(message.id, { errno = 0, key = handle.key, accepts = handle.shared }, handle.server)
  handle.workers[worker.id] = worker
  table.insert(handle.turns, worker.id)
  distribute(handle)
end)

channel.command("cluster.close", function(link, message)
  local worker, handle = workersOf[link], handles[message.key]
  if worker and handle then removeFrom(handle, worker) end
end)

-- ---- what workers tell ----

local function tell(worker, event, ...)
  core.emit(worker, event, ...)
  core.emit(cluster, event, worker, ...)
end

channel.command("cluster.online", function(link)
  if workersOf[link] then tell(workersOf[link], "online") end
end)

channel.command("cluster.listening", function(link, message)
  if workersOf[link] then tell(workersOf[link], "listening", message.at) end
end)

channel.command("cluster.leaving", function(link, message)
  if not workersOf[link] then return end
  workersOf[link].exitedAfterDisconnect = true
  link:reply(message.id)
end)

-- ---- workers come and go ----

-- A worker is gone once its process has ended and its channel is closed.
local function forgetIfGone(worker)
  if worker:isConnected() or not worker:isDead() or not present[worker.id] then return end
  cluster.workers[worker.id] = nil
  present[worker.id] = nil
  if next(present) ~= nil then return end
  local callbacks = waiting
  waiting = {}
  for _, callback in ipairs(callbacks) do core.nextTick(callback) end
end

local function watch(worker)
  worker.process:once("exit", function(code, signal)
    if not worker:isConnected() then removeHandles(worker) end
    worker.exitedAfterDisconnect = worker.exitedAfterDisconnect or false
    forgetIfGone(worker)
    tell(worker, "exit", code, signal)
  end)
  worker.process:once("disconnect", function()
    removeHandles(worker)
    worker.exitedAfterDisconnect = worker.exitedAfterDisconnect or false
    forgetIfGone(worker)
    tell(worker, "disconnect")
  end)
  worker:on("message", function(message, handle)
    cluster:emit("message", worker, message, handle)
  end)
end

-- The arguments of a function of this module, which may be called as a method, too.
local function argument(first, second)
  if first == cluster then return second end
  return first
end

--- Says what workers run. Source: node v20, cluster.setupPrimary.
-- @tparam[opt] table options `exec` (the script, by default this program's), `args` (a sequence, by
-- default this program's), and of ipc.fork: `execPath`, `execArgv`, `cwd`, `stdio`
function cluster.setupPrimary(...)
  local options = argument(...)
  if options ~= nil and type(options) ~= "table" then
    errors.throwType("options", "of type table", options)
  end
  for name, value in pairs(options or {}) do settings[name] = value end
end

--- Starts a worker. Source: node v20, cluster.fork.
-- @tparam[opt] table env variables that it has besides those of this process
-- @treturn Worker
function cluster.fork(...)
  local env = argument(...)
  local own = type(arg) == "table" and arg or {}
  local variables = core.environment()
  for name, value in pairs(env or {}) do variables[name] = value end
  lastId = lastId + 1
  variables.LNET_WORKER_ID = lastId
  local process = ipc.fork(settings.exec or own[0], settings.args or { table.unpack(own) }, {
    env = variables, cwd = settings.cwd, execPath = settings.execPath,
    execArgv = settings.execArgv, stdio = settings.stdio,
  })
  local worker = common.worker(Worker, lastId, process)
  workersOf[channel.linkOf(process)] = worker
  watch(worker)
  core.nextTick(cluster.emit, cluster, "fork", worker)
  cluster.workers[worker.id] = worker
  present[worker.id] = worker
  return worker
end

--- Has all workers close their servers, finish their connections and end. Source: node v20,
-- cluster.disconnect; but the callback comes when all of them have ended.
-- @tparam[opt] function callback
function cluster.disconnect(...)
  local callback = argument(...)
  if type(callback) == "function" then
    if next(present) == nil then
      core.nextTick(callback)
    else
      waiting[#waiting + 1] = callback
    end
  end
  for _, worker in pairs(present) do
    if worker:isConnected() and cluster.workers[worker.id] then worker:disconnect() end
  end
end

--- Has the worker close its servers, finish its connections and end. Source: node v20.
-- @treturn Worker itself
function Worker:disconnect()
  common.check(self)
  self.exitedAfterDisconnect = true
  channel.linkOf(self.process):notify("cluster.disconnect", {})
  removeHandles(self)
  cluster.workers[self.id] = nil
  return self
end

--- Sends the worker's process a signal. Source: node v20.
-- @param[opt="SIGTERM"] signal
function Worker:kill(signal)
  common.check(self)
  self.process:kill(signal)
end

return cluster
