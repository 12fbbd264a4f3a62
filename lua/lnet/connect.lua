--- Connecting: call forms, host names, one address after another. Source: node v20, net.connect
-- and socket.connect. Cold code: nothing here runs once per byte or event.
local abort = require("lnet.abort")
local check = require("lnet.check")
local core = require("lnet.core")
local errors = require("lnet.errors")
local lookup = require("lnet.lookup")

local Socket = core.Socket
local connect = {}

local autoSelectFamilyDefault = true
local attemptTimeoutDefault = 250 -- milliseconds

-- node's normalizeArgs: options and callback.
local function normalize(...)
  local first, host = ...
  local callback = check.callback(...)
  if type(first) == "table" then return first, callback end
  if type(first) == "string" and not check.toNumber(first) then
    return { path = first }, callback
  end
  if first == callback then first = nil end
  return { port = first, host = type(host) == "string" and host or nil }, callback
end

-- The error of an attempt that failed.
local function attemptError(errno, address, port, localAddress, localPort)
  local both = localAddress and localPort and localPort ~= 0
  local err = errors.withHostPort(errno, "connect", address, port,
    both and ("%s:%d"):format(localAddress, localPort) or nil)
  if both then err.localAddress, err.localPort = localAddress, localPort end
  return err
end

-- The error of an attempt that could not even begin.
local function refusedError(socket, errno, address, port)
  local own = socket:address()
  local where = ("%s:%s"):format(own.address or "undefined", own.port or "undefined")
  return errors.withHostPort(errno, "connect", address, port, where)
end

-- The local address to bind to, nil for none: with a port alone, any of the family.
local function localOf(family, localAddress, localPort)
  if localAddress or not localPort then return localAddress end
  return family == 4 and "0.0.0.0" or "::"
end

local function bindError(socket, family, localAddress, localPort)
  if not localAddress then return nil end
  local errno = core.bindSocket(socket, localAddress, localPort or 0, family)
  if errno ~= 0 then return errors.withHostPort(errno, "bind", localAddress, localPort or 0) end
end

-- The error of an address that the socket's blockList keeps from it, or nil.
local function blockedError(socket, address, family)
  local list = socket.blockList
  if family and core.isBlockList(list) and list:check(address, "ipv" .. family) then
    return errors.new("Error", "ERR_IP_BLOCKED",
      ("IP(%s) is blocked by net.BlockList"):format(address))
  end
end

-- node's internalConnect: one address, or a path.
local function attemptOne(socket, address, port, family, localAddress, localPort)
  localAddress = localOf(family, localAddress, localPort)
  core.whenFree(socket, function()
    if not socket.connecting then return end
    local err = bindError(socket, family, localAddress, localPort)
    if err then
      socket:destroy(err)
      return
    end
    core.emit(socket, "connectionAttempt", address, port, family)
    if not socket.connecting then return end
    err = blockedError(socket, address, family)
    if err then
      socket:destroy(err)
      return
    end
    local errno = core.attempt(socket, function(status)
      local failure = attemptError(status, address, port, localAddress, localPort)
      core.emit(socket, "connectionAttemptFailed", address, port, family, failure)
      socket:destroy(failure)
    end, false, address, port, family)
    if errno ~= 0 then
      socket:destroy(port and refusedError(socket, errno, address, port)
        or attemptError(errno, address))
    end
  end)
end

-- node's internalConnectMultiple: the next address of those that are left.
local function attemptNext(context)
  core.clearTimeout(context.timer)
  local socket = context.socket
  if not socket.connecting then return end
  if context.current == #context.addresses then
    socket:destroy(errors.aggregate(context.errors))
    return
  end
  context.current = context.current + 1
  local current = context.current
  local address = context.addresses[current].address
  local family = context.addresses[current].family
  local port, localPort = context.port, context.localPort
  local localAddress = localOf(family, nil, localPort)
  if current > 1 then core.dropAttempt(socket) end
  local function failed(err)
    context.errors[#context.errors + 1] = err
    core.emit(socket, "connectionAttemptFailed", address, port, family, err)
    attemptNext(context)
  end
  core.whenFree(socket, function()
    if not socket.connecting then return end
    local err = bindError(socket, family, localAddress, localPort)
    if err then
      context.errors[#context.errors + 1] = err
      attemptNext(context)
      return
    end
    err = blockedError(socket, address, family)
    if err then
      failed(err)
      return
    end
    core.emit(socket, "connectionAttempt", address, port, family)
    if not socket.connecting then return end
    local attempted = socket.autoSelectFamilyAttemptedAddresses
    attempted[#attempted + 1] = ("%s:%d"):format(address, port)
    local timedOut = false
    local errno = core.attempt(socket, function(status)
      if timedOut then return end
      core.clearTimeout(context.timer)
      if status ~= 0 then failed(attemptError(status, address, port, localAddress, localPort)) end
    end, true, address, port, family)
    if errno ~= 0 then
      failed(refusedError(socket, errno, address, port))
    elseif current < #context.addresses then
      context.timer = core.setTimeout(function()
        timedOut = true
        core.emit(socket, "connectionAttemptTimeout", address, port, family)
        context.errors[#context.errors + 1] =
          attemptError(core.ETIMEDOUT, address, port, localAddress, localPort)
        attemptNext(context)
      end, context.timeout)
    end
  end)
end

-- The addresses worth trying: each once, the families in turn.
local function inTurn(addresses)
  local byFamily, seen, firstFamily = { [4] = {}, [6] = {} }, {}, nil
  for _, each in ipairs(addresses) do
    local ip, family = each.address, each.family
    if lookup.version(ip) ~= 0 and (family == 4 or family == 6) then
      firstFamily = firstFamily or family
      if not seen[family .. ip] then
        seen[family .. ip] = true
        table.insert(byFamily[family], { address = ip, family = family })
      end
    end
  end
  local list = {}
  local first, second = byFamily[firstFamily or 4], byFamily[firstFamily == 6 and 4 or 6]
  for i = 1, math.max(#first, #second) do
    list[#list + 1] = first[i]
    list[#list + 1] = second[i]
  end
  return list
end

-- The error for an answer of a custom lookup that cannot be used, or nil.
local function answerError(ip, family, options)
  if lookup.version(ip) == 0 then
    return errors.new("TypeError", "ERR_INVALID_IP_ADDRESS",
      "Invalid IP address: " .. tostring(ip))
  elseif family ~= 4 and family ~= 6 then
    return errors.new("RangeError", "ERR_INVALID_ADDRESS_FAMILY",
      ("Invalid address family: %s %s:%s"):format(family, options.host, options.port),
      { host = options.host, port = options.port })
  end
end

local function connectAll(socket, plan, err, addresses)
  if not socket.connecting then return end
  if err then
    core.emit(socket, "lookup", err, nil, nil, plan.host)
    core.nextTick(socket.destroy, socket, err)
    return
  end
  for _, each in ipairs(addresses) do
    core.emit(socket, "lookup", nil, each.address, each.family, plan.host)
    if not socket.connecting then return end
  end
  local list = inTurn(addresses)
  if #list == 0 then
    local first = addresses[1] or {}
    local bad = answerError(first.address, first.family, plan.options)
    if bad then core.nextTick(socket.destroy, socket, bad) end
  elseif #list == 1 then
    attemptOne(socket, list[1].address, plan.port, list[1].family, plan.localAddress,
      plan.localPort)
  else
    socket.autoSelectFamilyAttemptedAddresses = {}
    attemptNext({
      socket = socket, addresses = list, current = 0, port = plan.port, errors = {},
      localPort = plan.localPort, timeout = plan.attemptTimeout,
    })
  end
end

local function connectFirst(socket, plan, err, ip, family)
  core.emit(socket, "lookup", err, ip, family, plan.host)
  if not socket.connecting then return end
  err = err or answerError(ip, family, plan.options)
  if err then
    core.nextTick(socket.destroy, socket, err)
  else
    attemptOne(socket, ip, plan.port, family, plan.localAddress, plan.localPort)
  end
end

-- Asks for the addresses. What answers at once is heard in the next tick: no event comes inside
-- the call that causes it.
local function resolve(socket, plan)
  local query = { family = plan.family, hints = plan.hints, all = plan.all or nil }
  local next = plan.all and connectAll or connectFirst
  local inside = true
  plan.lookup(plan.host, query, function(...)
    if inside then
      core.nextTick(next, socket, plan, ...)
    else
      next(socket, plan, ...)
    end
  end)
  inside = false
end

-- Checks what concerns the local end.
local function checkLocal(options)
  if options.localAddress ~= nil and lookup.version(options.localAddress) == 0 then
    local value = options.localAddress
    errors.throw("TypeError", "ERR_INVALID_IP_ADDRESS", "Invalid IP address: "
      .. (type(value) == "number" and core.inspect(value) or tostring(value)))
  end
  if options.localPort ~= nil then check.number(options.localPort, "options.localPort") end
end

-- Checks the options of a TCP connection and makes of them what is needed later.
local function makePlan(options)
  checkLocal(options)
  local port = options.port
  if type(port) ~= "number" and type(port) ~= "string" then
    errors.throwType("options.port", "one of type number or string", port)
  end
  port = check.port(port, "Port")
  local auto = options.autoSelectFamily
  if auto ~= nil then
    check.boolean(auto, "options.autoSelectFamily")
  else
    auto = autoSelectFamilyDefault
  end
  local timeout = options.autoSelectFamilyAttemptTimeout
  if timeout ~= nil then
    timeout = math.max(10, check.int32(timeout, "options.autoSelectFamilyAttemptTimeout", 1))
  end
  local host = options.host
  if host == nil or host == "" then host = "localhost" end
  local localPort = options.localPort and math.tointeger(options.localPort) or nil
  local plan = {
    options = options, port = port, host = host, localAddress = options.localAddress,
    localPort = localPort ~= 0 and localPort or nil, ip = core.isIP(host),
    attemptTimeout = timeout or attemptTimeoutDefault,
  }
  if plan.ip ~= 0 then return plan end
  local family, hints = options.family, options.hints
  if family == "IPv4" then family = 4 elseif family == "IPv6" then family = 6 end
  if options.lookup ~= nil then
    check.callable(options.lookup, "options.lookup")
  else
    lookup.check(host, family, hints)
  end
  hints = hints or 0
  local anyFamily = family ~= 4 and family ~= 6
  plan.family = family
  plan.hints = anyFamily and hints == 0 and core.ADDRCONFIG or hints
  plan.lookup = options.lookup or lookup.lookup
  plan.all = anyFamily and not plan.localAddress and auto
  return plan
end

-- Checks the arguments of connect and makes of them what it needs.
local function prepare(...)
  local options, callback = normalize(...)
  local path = options.path
  if options.port == nil and path == nil then
    errors.throw("TypeError", "ERR_MISSING_ARGS",
      'The "options" or "port" or "path" argument must be specified')
  end
  check.blockList(options.blockList, "options.blockList")
  if path ~= nil and path ~= "" then
    check.string(path, "options.path")
    return { path = path, callback = callback, blockList = options.blockList }
  end
  return { plan = makePlan(options), callback = callback, blockList = options.blockList }
end

local function begin(socket, request)
  local path, plan = request.path, request.plan
  if request.blockList then socket.blockList = request.blockList end
  if request.callback then socket:once("connect", request.callback) end
  if abort.isEnding(socket) then return end
  core.askBuffer(socket)
  core.beginConnect(socket, path ~= nil)
  if abort.rewatch(socket) then return end
  if path then
    core.nextTick(attemptOne, socket, path)
  elseif plan.ip ~= 0 then
    core.nextTick(attemptOne, socket, plan.host, plan.port, plan.ip, plan.localAddress,
      plan.localPort)
  else
    resolve(socket, plan)
  end
end

--- Connects this socket. Source: node v20, socket.connect.
-- @param ... options (`port`, `host`, `localAddress`, `localPort`, `family`, `hints`, `lookup`,
-- `autoSelectFamily`, `autoSelectFamilyAttemptTimeout`, `blockList`; or `path`), or a path, or a
-- port and a host; then a one-time listener of 'connect'
-- @return the socket
-- @raise `ERR_MISSING_ARGS`, `ERR_INVALID_ARG_TYPE`, `ERR_SOCKET_BAD_PORT`,
-- `ERR_INVALID_IP_ADDRESS`, `ERR_INVALID_ARG_VALUE`
function Socket:connect(...)
  begin(self, prepare(...))
  return self
end

-- A socket with all its options but `signal`.
local function newSocket(options)
  if type(options) == "table" then
    if options.signal ~= nil then abort.check(options.signal, "signal") end
    check.blockList(options.blockList, "options.blockList")
  end
  local socket = core.newSocket(options)
  if type(options) == "table" then socket.blockList = options.blockList end
  return socket
end

--- A socket that is not connected: net.Socket.
function connect.newSocket(options)
  local socket = newSocket(options)
  if type(options) == "table" and options.signal ~= nil then abort.watch(socket, options.signal) end
  return socket
end

--- Makes a socket and connects it. Source: node v20, net.createConnection.
-- @param ... as for socket:connect; the options are those of net.Socket too, and `timeout`
-- @return the socket
function connect.connect(...)
  local options = normalize(...)
  local socket = newSocket(options)
  local timeout = options.timeout
  if timeout ~= nil and timeout ~= 0 then socket:setTimeout(timeout) end
  local request = prepare(...)
  if options.signal ~= nil then abort.watch(socket, options.signal) end
  begin(socket, request)
  return socket
end

--- Whether names with several addresses are tried address by address. Source: node v20.
function connect.getDefaultAutoSelectFamily()
  return autoSelectFamilyDefault
end

function connect.setDefaultAutoSelectFamily(value)
  check.boolean(value, "value")
  autoSelectFamilyDefault = value
end

--- How long one address is tried before the next, in milliseconds. Source: node v20.
function connect.getDefaultAutoSelectFamilyAttemptTimeout()
  return attemptTimeoutDefault
end

function connect.setDefaultAutoSelectFamilyAttemptTimeout(value)
  attemptTimeoutDefault = math.max(10, check.int32(value, "value", 1))
end

return connect
