--- Listening: call forms, host names, what is bound and what is told. Source: node v20,
-- server.listen and server.close.
local abort = require("lnet.abort")
local check = require("lnet.check")
local core = require("lnet.core")
local errors = require("lnet.errors")
local forks = require("lnet.forks")
local lookup = require("lnet.lookup")

local Server = core.Server

local DEFAULT_BACKLOG = 511 -- connections that wait to be accepted; node's

-- Counts the calls of listen and close of each server, so that a lookup that ends late is ignored.
local calls = setmetatable({}, { __mode = "k" })

local function nextCall(server)
  calls[server] = (calls[server] or 0) + 1
  return calls[server]
end

local function emitListening(server)
  if server.listening then server:emit("listening") end
end

-- In a worker of a cluster: `ask` asks the primary to bind, `releases` has by server the function
-- that tells it that the server listens no more. Kept in core: this file may be loaded anew.
core.worker = core.worker or { releases = setmetatable({}, { __mode = "k" }) }
local releases = core.worker.releases

local function release(server)
  local fn = releases[server]
  releases[server] = nil
  if fn then fn() end
end

local function tellError(server, errno, address, port)
  core.nextTick(server.emit, server, "error", errors.explained(errno, "listen", address, port))
end

-- Binds to what the plan says. Returns 0 or libuv's code; sets plan.address.
local function bind(server, plan)
  if plan.shared then return core.share(server, plan.shared) end
  if plan.copied then return core.bind(server, "copy", plan.copied.fd or -1) end
  if plan.fd then return core.bind(server, "fd", plan.fd) end
  if plan.path then return core.bind(server, "path", plan.path) end
  if plan.address then
    return core.bind(server, "tcp", plan.address, plan.port, plan.family, plan.ipv6Only,
      plan.reusePort)
  end
  plan.address, plan.family = "::", 6
  local errno = core.bind(server, "tcp", "::", plan.port, 6, plan.ipv6Only, plan.reusePort)
  if errno == 0 then return 0 end
  plan.address, plan.family = "0.0.0.0", 4
  return core.bind(server, "tcp", "0.0.0.0", plan.port, 4, false, plan.reusePort)
end

-- node's setupListenHandle; errno is that of the bind. `passive`: another process accepts.
local function listenBound(server, plan, errno, passive)
  if errno == 0 and not passive then
    errno = core.listen(server, plan.backlog or DEFAULT_BACKLOG)
  end
  if errno ~= 0 then
    release(server)
    local noPort = plan.path or plan.shared or plan.copied
    tellError(server, errno, plan.path or plan.address, noPort and -1 or plan.port)
  else
    core.nextTick(emitListening, server)
  end
end

-- In a worker of a cluster: listens on what the primary has bound. node's listenInCluster.
local function listenOnPrimarys(server, plan)
  local call = calls[server]
  core.worker.ask(server, plan, function(errno, from, accepts, closed)
    if call ~= calls[server] then -- closed, or listening anew
      if from then
        core.closeHandle(from)
        closed()
      end
    elseif errno ~= 0 then
      local address = plan.path or plan.address
      local port = plan.path and -1 or plan.port
      local err = errors.withHostPort(errno, "bind", address or "null", port)
      err.address = address
      core.emit(server, "error", err)
    else
      core.moveListener(server, from)
      releases[server] = closed
      listenBound(server, plan, 0, not accepts)
    end
  end)
end

local function listenNow(server, plan)
  if core.worker.ask and not (plan.exclusive or plan.shared or plan.copied) then
    listenOnPrimarys(server, plan)
  else
    listenBound(server, plan, bind(server, plan))
  end
end

local function listenOnHost(server, plan, host)
  local call = calls[server]
  lookup.lookup(host, {}, function(err, ip, family)
    if call ~= calls[server] then return end
    if err then
      core.emit(server, "error", err)
    else
      plan.address, plan.family = ip, family
      listenNow(server, plan)
    end
  end)
end

-- Checks readableAll and writableAll, which a path of the abstract namespace cannot have.
local function checkModes(options)
  local path = options.path
  if path:sub(1, 1) == "\0" and (options.readableAll or options.writableAll) then
    errors.throwValue("options",
      "can not set readableAll or writableAllt to true when path is abstract unix socket", options)
  end
end

-- The first of two arguments that is a number above 0, node's backlogFromArgs.
local function backlogOf(second, third)
  local function number(value)
    return core.toNumber(value) > 0 and core.toInt32(value) or nil
  end
  return number(second) or number(third)
end

-- The option `backlog`, of which node makes a number whatever it is; nil for what is false there.
local function optBacklog(value)
  local absent = not value or value == 0 or value == "" or value ~= value
  return not absent and core.toInt32(value) or nil
end

-- Options of the call forms listen(options), (path), (port, host), ().
local function normalize(first, host)
  if type(first) == "table" then return first end
  if type(first) == "userdata" then return {}, first end -- an object of ours without a handle
  if type(first) == "string" and not check.toNumber(first) then return { path = first } end
  if first == nil or type(first) == "function" then first = 0 end
  return { port = first, host = type(host) == "string" and host or nil }
end

local function refuse(options, given)
  if options.port == nil and options.path == nil then
    errors.throwValue("options", 'must have the property "port" or "path"', given or options)
  end
  errors.throwValue("options", "is invalid", options)
end

-- The server or socket whose handle is to be listened on: itself, or in a table as `handle`.
local function handleOf(first)
  if type(first) == "table" then first = first._handle or first.handle end
  if core.isServer(first) and first.listening or core.isSocket(first) and first.fd then
    return first
  end
end

-- Checks the options, and returns the plan of what to bind, and the host to look up.
local function makePlan(options, backlog, given)
  backlog = optBacklog(options.backlog) or backlog
  if type(options.fd) == "number" and options.fd >= 0 then
    return { fd = math.tointeger(options.fd) or -1, backlog = backlog }
  end
  local port, host = options.port, options.host
  if type(port) == "number" or type(port) == "string" then
    port = check.port(port, "options.port")
    if host == "" then host = nil end
    if host ~= nil then check.string(host, "hostname") end
    return {
      port = port, backlog = backlog, ipv6Only = options.ipv6Only and true or false,
      reusePort = options.reusePort and true or nil,
    }, host
  end
  local path = options.path
  if type(path) == "string" and path ~= "" and not check.toNumber(path) then
    checkModes(options)
    return { path = path, backlog = backlog }
  end
  refuse(options, given)
end

-- Opens the socket file to others, or raises.
local function setModes(server, options)
  local readable, writable = options.readableAll and true, options.writableAll and true
  if not server.listening or not (readable or writable) then return end
  local errno = core.chmod(server, readable or false, writable or false)
  if errno == 0 then return end
  core.closeHandle(server)
  abort.releaseServer(server)
  error(core.systemError(errno, "uv_pipe_chmod"), 0)
end

--- Starts to accept connections. Source: node v20, server.listen.
-- @param ... another server or a socket whose handle to listen on; or options (`port`, `host`,
-- `path`, `backlog`, `exclusive`, `readableAll`, `writableAll`, `ipv6Only`, `reusePort`, `signal`,
-- `fd`), or a path and a backlog, or a port, a host and a backlog; then a one-time listener of
-- 'listening'
-- @return the server
-- @raise `ERR_SERVER_ALREADY_LISTEN`, `ERR_SOCKET_BAD_PORT`, `ERR_INVALID_ARG_VALUE`,
-- `ERR_INVALID_ARG_TYPE`
function Server:listen(...)
  check.this(core.isServer(self), "Server")
  local first, second, third = ...
  local callback = check.callback(...)
  if self.listening then
    errors.throw("Error", "ERR_SERVER_ALREADY_LISTEN",
      "Listen method has been called more than once without closing.")
  end
  local handle = handleOf(first)
  local options, plan, host
  if handle then
    local kind = core.isServer(handle) and "shared" or "copied"
    plan = { [kind] = handle, backlog = backlogOf(second, third) }
  else
    local given
    options, given = normalize(first, second)
    if options.signal ~= nil then abort.check(options.signal, "options.signal") end
    plan, host = makePlan(options, backlogOf(second, third), given)
    plan.exclusive = (options.exclusive or options.reusePort) and true
    if plan.path then
      plan.readableAll = options.readableAll and true or false
      plan.writableAll = options.writableAll and true or false
    end
  end
  if callback then self:once("listening", callback) end
  nextCall(self)
  if options and options.signal then abort.watchServer(self, options.signal) end
  if plan.path then self._pipeName = plan.path end
  if host then
    listenOnHost(self, plan, host)
  else
    listenNow(self, plan)
  end
  if plan.path then setModes(self, options) end
  return self
end

--- Stops accepting; 'close' comes once all connections have ended. Source: node v20.
-- @tparam[opt] function callback a one-time listener of 'close', with an error when the server was
-- not open
-- @return the server
function Server:close(callback)
  check.this(core.isServer(self), "Server")
  nextCall(self)
  if type(callback) == "function" then
    if self.listening then
      self:once("close", callback)
    else
      self:once("close", function()
        callback(errors.new("Error", "ERR_SERVER_NOT_RUNNING", "Server is not running."))
      end)
    end
  end
  core.closeHandle(self)
  release(self)
  if forks.used(self) then
    forks.wait(self)
  else
    core.closeIfDrained(self)
  end
  return self
end

-- That of src/server.c, also when this file is loaded anew.
core.ownConnections = core.ownConnections or Server.getConnections
local ownConnections = core.ownConnections

--- Tells the number of connections, those in other processes too. Source: node v20.
-- @tparam function callback `callback(err, count)`
-- @return the server
-- @raise `ERR_INVALID_ARG_TYPE`
function Server:getConnections(callback)
  check.this(core.isServer(self), "Server")
  ownConnections(self, not forks.used(self) and callback or callback and function(_, own)
    forks.count(self, own, callback)
  end)
  return self
end

return {
  bind = bind,
  --- Makes this process a worker: fn(server, plan, answer) asks the primary, and calls
  -- answer(errno) or answer(0, server, accepts, closed).
  inWorker = function(fn) core.worker.ask = fn end,
}
