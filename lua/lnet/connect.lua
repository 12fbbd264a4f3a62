--- Connecting: call forms, host names, one address after another. Source: node v20, net.connect
-- and socket.connect. Cold code: nothing here runs once per byte or event.
--
-- Between any two steps a listener, a lookup function or a finalizer may end the socket's life and
-- begin the next one. So each step is given the plan of the life that it belongs to, and asks
-- (`isOver`) before it goes on; what is left of an earlier life does nothing.
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

-- Whether the socket is not connecting any more in the life of this plan.
local function isOver(socket, plan)
  return not core.isConnecting(socket, plan.life)
end

-- Binds the socket to its local address. Returns the error, or nil.
local function bindError(socket, plan, family, localAddress)
  if not localAddress then return nil end
  local port = plan.localPort or 0
  local errno = core.bindSocket(socket, plan.life, localAddress, port, family)
  if errno ~= 0 then return errors.withHostPort(errno, "bind", localAddress, port) end
end

-- The error of an address that the socket's blockList keeps from it, or nil.
local function blockedError(socket, address, family)
  local list = socket.blockList
  if family and core.isBlockList(list) and list:check(address, "ipv" .. family) then
    return errors.new("Error", "ERR_IP_BLOCKED",
      ("IP(%s) is blocked by net.BlockList"):format(address))
  end
end

-- node's internalConnect: one address, or a path (without family).
local function attemptOne(socket, plan, address, family)
  local port = plan.port
  local localAddress = family and localOf(family, plan.localAddress, plan.localPort)
  local function failed(status)
    local failure = attemptError(status, address, port, localAddress, plan.localPort)
    core.emit(socket, "connectionAttemptFailed", address, port, family, failure)
    if core.life(socket) == plan.life then socket:destroy(failure) end
  end
  core.whenFree(socket, plan.life, function()
    if isOver(socket, plan) then return end
    local err = bindError(socket, plan, family, localAddress)
    if isOver(socket, plan) then return end
    if err then
      socket:destroy(err)
      return
    end
    core.emit(socket, "connectionAttempt", address, port, family)
    if isOver(socket, plan) then return end
    err = blockedError(socket, address, family)
    if isOver(socket, plan) then return end
    if err then
      socket:destroy(err)
      return
    end
    local errno = core.attempt(socket, plan.life, failed, false, address, port, family)
    if errno == 0 or isOver(socket, plan) then return end
    socket:destroy(port and refusedError(socket, errno, address, port)
      or attemptError(errno, address))
  end)
end

-- node's internalConnectMultiple: the next address of those that are left. `try` has how far one
-- call of connect has come with its addresses.
local function attemptNext(socket, plan, try)
  core.clearTimeout(try.timer)
  if isOver(socket, plan) then return end
  if try.current == #try.addresses then
    socket:destroy(errors.aggregate(try.errors))
    return
  end
  try.current = try.current + 1
  local current = try.current
  local address, family = try.addresses[current].address, try.addresses[current].family
  local port, localPort = plan.port, plan.localPort
  local localAddress = localOf(family, nil, localPort)
  if current > 1 then core.dropAttempt(socket, plan.life) end
  local function failed(err)
    try.errors[#try.errors + 1] = err
    core.emit(socket, "connectionAttemptFailed", address, port, family, err)
    attemptNext(socket, plan, try)
  end
  core.whenFree(socket, plan.life, function()
    if isOver(socket, plan) then return end
    local err = bindError(socket, plan, family, localAddress)
    if isOver(socket, plan) then return end
    if err then
      try.errors[#try.errors + 1] = err
      attemptNext(socket, plan, try)
      return
    end
    err = blockedError(socket, address, family)
    if isOver(socket, plan) then return end
    if err then
      failed(err)
      return
    end
    core.emit(socket, "connectionAttempt", address, port, family)
    if isOver(socket, plan) then return end
    local attempted = socket.autoSelectFamilyAttemptedAddresses
    attempted[#attempted + 1] = ("%s:%d"):format(address, port)
    local timedOut = false
    local errno = core.attempt(socket, plan.life, function(status)
      if timedOut then return end
      core.clearTimeout(try.timer)
      if status ~= 0 then failed(attemptError(status, address, port, localAddress, localPort)) end
    end, true, address, port, family)
    if isOver(socket, plan) then return end
    if errno ~= 0 then
      failed(refusedError(socket, errno, address, port))
    elseif current < #try.addresses then
      try.timer = core.setTimeout(function()
        if isOver(socket, plan) then return end
        timedOut = true
        core.emit(socket, "connectionAttemptTimeout", address, port, family)
        try.errors[#try.errors + 1] =
          attemptError(core.ETIMEDOUT, address, port, localAddress, localPort)
        attemptNext(socket, plan, try)
      end, plan.attemptTimeout)
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

-- What a custom lookup has answered for `all`, as a sequence of tables with `address` and `family`:
-- an answer that is no table is an empty one, an entry that is none has neither field.
local function listOf(answer)
  local list = {}
  for i = 1, type(answer) == "table" and #answer or 0 do
    local each = answer[i]
    list[i] = type(each) == "table" and { address = each.address, family = each.family } or {}
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

-- Destroys the socket in the next tick, as node does after a lookup that has failed.
local function failSoon(socket, plan, err)
  core.nextTick(function()
    if core.life(socket) == plan.life then socket:destroy(err) end
  end)
end

local function connectAll(socket, plan, err, answer)
  if isOver(socket, plan) then return end
  if err then
    core.emit(socket, "lookup", err, nil, nil, plan.host)
    failSoon(socket, plan, err)
    return
  end
  local addresses = listOf(answer)
  for _, each in ipairs(addresses) do
    core.emit(socket, "lookup", nil, each.address, each.family, plan.host)
    if isOver(socket, plan) then return end
  end
  local list = inTurn(addresses)
  if #list == 0 then
    local first = addresses[1] or {}
    local bad = answerError(first.address, first.family, plan.options)
    if bad then failSoon(socket, plan, bad) end
  elseif #list == 1 then
    attemptOne(socket, plan, list[1].address, list[1].family)
  else
    socket.autoSelectFamilyAttemptedAddresses = {}
    attemptNext(socket, plan, { addresses = list, current = 0, errors = {} })
  end
end

local function connectFirst(socket, plan, err, ip, family)
  if core.life(socket) ~= plan.life then return end
  core.emit(socket, "lookup", err, ip, family, plan.host)
  if isOver(socket, plan) then return end
  err = err or answerError(ip, family, plan.options)
  if err then
    failSoon(socket, plan, err)
  else
    attemptOne(socket, plan, ip, family)
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
  if port == nil then port = 0 end -- as in node beside an empty path
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
    return { plan = { path = path }, callback = callback, blockList = options.blockList }
  end
  return { plan = makePlan(options), callback = callback, blockList = options.blockList }
end

-- Has the callback of connect hear of 'connect' in this life. The one of an earlier life that never
-- came to be connected is taken out.
local function listen(socket, callback)
  local added
  if callback then
    socket:once("connect", callback)
    local listeners = socket:rawListeners("connect")
    added = listeners[#listeners]
  end
  return core.noteCallback(socket, added)
end

local function begin(socket, request)
  local plan = request.plan
  if request.blockList then socket.blockList = request.blockList end
  local again = socket.destroyed
  local before = listen(socket, request.callback)
  if again and before then socket:removeListener("connect", before) end
  if abort.isEnding(socket) then return end
  core.askBuffer(socket)
  if again then socket.autoSelectFamilyAttemptedAddresses = nil end
  plan.life = core.beginConnect(socket, plan.path ~= nil)
  if abort.rewatch(socket, plan.life) then return end
  if plan.path then
    core.nextTick(attemptOne, socket, plan, plan.path)
  elseif plan.ip ~= 0 then
    core.nextTick(attemptOne, socket, plan, plan.host, plan.ip)
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
  check.this(core.isSocket(self), "Socket")
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
  if timeout ~= nil and timeout ~= 0 and timeout == timeout then socket:setTimeout(timeout) end
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
