--- AbortController and AbortSignal, and the option `signal` of sockets and servers. Source: node
-- v20's globals of these names, and its net. Cold code: nothing here runs once per byte or event.
local check = require("lnet.check")
local core = require("lnet.core")
local errors = require("lnet.errors")
local EventEmitter = require("lnet.events").EventEmitter

local AbortSignal, AbortController = {}, {}
local abort = { AbortController = AbortController, AbortSignal = AbortSignal }

local STATE = {} -- the key of a signal's or a controller's state
local WEAK_VALUES, WEAK_KEYS = { __mode = "v" }, { __mode = "k" }
local MAX_DELAY = 2147483647 -- milliseconds; the longest that a timer takes
local DOM_ABORT, DOM_TIMEOUT = 20, 23 -- the `code` that these have in node

local function abortReason()
  return errors.new("AbortError", nil, "This operation was aborted", { code = DOM_ABORT })
end

local function timeoutReason()
  return errors.new("TimeoutError", nil, "The operation was aborted due to timeout",
    { code = DOM_TIMEOUT })
end

-- A metatable for objects of the class, whose `fields` are read from the state and never set.
local function metatable(class, name, fields)
  return {
    __name = "net." .. name,
    __index = function(self, key)
      if fields[key] then return rawget(self, STATE)[key] end
      return class[key]
    end,
    __newindex = function(self, key, value)
      if fields[key] then
        errors.throw("TypeError", nil,
          ("Cannot set property %s of #<%s> which has only a getter"):format(key, name))
      end
      rawset(self, key, value)
    end,
  }
end

local signalMeta = metatable(AbortSignal, "AbortSignal", { aborted = true, reason = true })
local timeoutMeta = metatable(AbortSignal, "AbortSignal", { aborted = true, reason = true })
local controllerMeta = metatable(AbortController, "AbortController", { signal = true })

-- A signal's state: `aborted`, `reason`; `listened`, as of the last look; of those of timeout, the
-- `timer`; of those of any, the set of their `sources`, which are none of these themselves. A
-- source knows its `dependants`, a table of weak references, and those of them that are listened to
-- as the keys of `held`, which has `holds` of them.
local function newSignal(meta)
  return setmetatable({
    [STATE] = { aborted = false, listened = false, held = {}, holds = 0 },
  }, meta or signalMeta)
end

local function isSignal(value)
  local state = type(value) == "table" and rawget(value, STATE)
  return type(state) == "table" and state.held ~= nil
end

-- A timer does not keep its signal, nor a source its dependants: who drops a signal that nobody
-- listens to has dropped the timer too. These here are listened to, directly or through `any`.
local retained = {} -- luacheck: ignore 241 (it only has to hold them)

function timeoutMeta.__gc(signal)
  core.clearTimeout(rawget(signal, STATE).timer)
end

-- A signal of timeout is retained while it is listened to, directly or through signals of any.
local function retainTimed(signal, state)
  if not state.timer then return end
  local needed = not state.aborted and (state.listened or state.holds > 0)
  retained[signal] = needed or nil
end

-- A source holds, or lets go of, a signal of any. When none is held, the table starts anew: one
-- that has had many would keep the memory for them.
local function hold(source, dependant, held)
  local state = rawget(source, STATE)
  if (state.held[dependant] ~= nil) == held then return end
  state.holds = state.holds + (held and 1 or -1)
  state.held[dependant] = held or nil
  if state.holds == 0 then state.held = {} end
  retainTimed(source, state)
end

-- The listeners of the signal have changed, or it was aborted.
local function retain(signal)
  local state = rawget(signal, STATE)
  local listened = not state.aborted and EventEmitter.listenerCount(signal, "abort") > 0
  if listened ~= state.listened then
    state.listened = listened
    for source in pairs(state.sources or {}) do hold(source, signal, listened) end
  end
  retainTimed(signal, state)
end

for _, name in ipairs({
  "on", "addListener", "once", "off", "removeListener", "prependListener", "prependOnceListener",
  "removeAllListeners",
}) do
  local method = EventEmitter[name]
  AbortSignal[name] = function(self, ...)
    check.this(isSignal(self), "AbortSignal")
    method(self, ...)
    retain(self)
    return self
  end
end

-- Emits 'abort'. As in node an error in one listener keeps no other from its call: it is kept for
-- net.run.
local function tell(signal)
  for _, listener in ipairs(EventEmitter.rawListeners(signal, "abort")) do
    local only = EventEmitter.new()
    only:on("abort", listener)
    core.emit(only, "abort")
  end
end

local function abortSignal(signal, reason)
  local state = rawget(signal, STATE)
  if state.aborted then return end
  state.aborted, state.reason = true, reason
  local dependants = {}
  for _, dependant in pairs(state.dependants or {}) do
    dependants[#dependants + 1] = dependant
  end
  table.sort(dependants, function(a, b) return rawget(a, STATE).order < rawget(b, STATE).order end)
  retain(signal)
  state.dependants, state.sources, state.held, state.holds = nil, nil, {}, 0
  tell(signal)
  for _, dependant in ipairs(dependants) do abortSignal(dependant, reason) end
end

--- A signal that is aborted already.
-- @param[opt] reason an `AbortError` by default
-- @return the signal
function AbortSignal.abort(reason)
  local signal = newSignal()
  if reason == nil then reason = abortReason() end
  abortSignal(signal, reason)
  return signal
end

--- A signal that is aborted after a time, with a `TimeoutError`. It does not keep net.run waiting.
-- @tparam integer delay milliseconds
-- @return the signal
-- @raise `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE`
function AbortSignal.timeout(delay)
  delay = check.unsigned(delay, "delay", 0xffffffff)
  local signal = newSignal(timeoutMeta)
  local weak = setmetatable({ signal }, WEAK_VALUES)
  local timer = core.setTimeout(function()
    if weak[1] then abortSignal(weak[1], timeoutReason()) end
  end, math.min(delay, MAX_DELAY))
  timer:unref()
  rawget(signal, STATE).timer = timer
  return signal
end

local orders = 0 -- counts the signals of any, which are aborted in this order

local function addDependant(source, dependant)
  local state = rawget(source, STATE)
  state.dependants = state.dependants or setmetatable({}, WEAK_VALUES)
  state.dependants[rawget(dependant, STATE).order] = dependant
end

--- A signal that is aborted when one of these is, with its reason.
-- @tparam table signals a sequence
-- @return the signal
-- @raise `ERR_INVALID_ARG_TYPE`
function AbortSignal.any(signals)
  if type(signals) ~= "table" or isSignal(signals) then
    errors.throwType("signals", "an instance of Array", signals)
  end
  for i = 1, #signals do abort.check(signals[i], ("signals[%d]"):format(i)) end
  local result = newSignal()
  local state = rawget(result, STATE)
  orders = orders + 1
  state.order, state.sources = orders, {}
  for _, signal in ipairs(signals) do
    local given = rawget(signal, STATE)
    if given.aborted then
      state.sources = nil
      abortSignal(result, given.reason)
      return result
    end
    for source in pairs(given.sources or { [signal] = true }) do state.sources[source] = true end
  end
  for source in pairs(state.sources) do addDependant(source, result) end
  return result
end

--- Raises the reason of a signal that was aborted.
function AbortSignal:throwIfAborted()
  check.this(isSignal(self), "AbortSignal")
  if self.aborted then error(self.reason, 0) end
end

setmetatable(AbortSignal, {
  __index = EventEmitter,
  __call = function()
    errors.throw("TypeError", "ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor")
  end,
})

--- Makes a controller, whose `signal` its `abort` aborts.
function AbortController.new()
  return setmetatable({ [STATE] = { signal = newSignal() } }, controllerMeta)
end

--- Aborts the signal; only the first call does. 'abort' comes inside this call.
-- @param[opt] reason an `AbortError` by default
function AbortController:abort(reason)
  check.this(type(self) == "table" and getmetatable(self) == controllerMeta, "AbortController")
  if reason == nil then reason = abortReason() end
  abortSignal(self.signal, reason)
end

setmetatable(AbortController, { __call = function() return AbortController.new() end })

--- Raises ERR_INVALID_ARG_TYPE for what is no signal.
function abort.check(value, name)
  if not isSignal(value) then errors.throwType(name, "an instance of AbortSignal", value) end
end

-- Socket -> its watch: `signal`; while one life of the socket listens to it that one's number,
-- `life`, and `disarm`, a function that ends that.
local watches = setmetatable({}, WEAK_KEYS)

-- node's streams have such a listener while they wait for their end, so that an error of a socket
-- with a signal needs no other one.
local function ignore() end

-- From now on the signal destroys the socket, until it is closed; at once when it was aborted.
local function arm(socket, watch, life)
  local signal = watch.signal
  local function onAbort()
    socket:destroy(errors.new("AbortError", "ABORT_ERR", "The operation was aborted",
      { cause = signal.reason }))
  end
  local disarm
  local function onClose() -- a listener in front of it may have begun the next life, with its own
    if watch.disarm == disarm and not core.isPastClose(socket) then disarm() end
  end
  function disarm()
    watch.disarm = nil
    signal:off("abort", onAbort)
    socket:off("close", onClose)
    socket:off("error", ignore)
  end
  watch.life, watch.disarm = life, disarm
  socket:on("close", onClose)
  if signal.aborted then
    onAbort()
  else
    signal:on("abort", onAbort)
    socket:on("error", ignore)
  end
end

--- The option `signal` of a new socket.
function abort.watch(socket, signal)
  watches[socket] = { signal = signal }
  arm(socket, watches[socket], 0) -- the first life
end

--- Whether the socket's signal was aborted in a life whose 'close' has not come yet.
function abort.isEnding(socket)
  local watch = watches[socket]
  return watch ~= nil and watch.disarm ~= nil and watch.signal.aborted
end

--- A socket has begun to connect, in the life of this number: the signal that it had from the start
-- ends this one, too. Returns whether it has done so already.
function abort.rewatch(socket, life)
  local watch = watches[socket]
  if not watch then return false end
  if watch.disarm and watch.life ~= life then watch.disarm() end
  if not watch.disarm then arm(socket, watch, life) end
  return watch.signal.aborted
end

local releases = setmetatable({}, WEAK_KEYS) -- server -> function that forgets the signal

--- Forgets the signal of a server.
function abort.releaseServer(server)
  local release = releases[server]
  releases[server] = nil
  if release then release() end
end

--- The option `signal` of server:listen: node's addServerAbortSignalOption.
function abort.watchServer(server, signal)
  abort.releaseServer(server)
  if signal.aborted then
    core.nextTick(server.close, server)
    return
  end
  local function onAbort() server:close() end
  local function onClose() abort.releaseServer(server) end
  releases[server] = function()
    signal:off("abort", onAbort)
    server:off("close", onClose)
  end
  signal:on("abort", onAbort)
  server:once("close", onClose)
end

return abort
