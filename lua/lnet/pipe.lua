--- socket:pipe and socket:unpipe, to sockets and to the user's own objects. Each chunk goes through
-- the listener made by core.pipeListener; here is what comes once per pipe. Source: node v20,
-- readable.pipe.
local check = require("lnet.check")
local core = require("lnet.core")

local Socket = core.Socket

-- For each source: its destinations in order, and those whose 'drain' it waits for.
local states = setmetatable({}, { __mode = "k" })

local function indexOf(list, value)
  for i, each in ipairs(list) do
    if each == value then return i end
  end
end

-- The source flows again once no destination is waited for.
local function drained(source, state, dest)
  state.waiting[dest] = nil
  if next(state.waiting) == nil and source:listenerCount("data") > 0 then source:resume() end
end

-- An error of the destination that nobody else hears is not swallowed.
local function passOn(dest, err)
  if dest:listenerCount("error") > 0 then return end
  if core.isSocket(dest) and not core.errorEmitted(dest) then
    dest:destroy(err)
  else
    dest:emit("error", err)
  end
end

--- Writes all that comes to a destination, no faster than it takes it. Source: node v20.
-- @param dest a socket, or any EventEmitter with `write` and `finish`
-- @tparam[opt] table options `["end"] = false`: the end of this socket does not finish dest
-- @return dest
function Socket:pipe(dest, options)
  check.this(core.isSocket(self), "Socket")
  local source = self
  local state = states[source]
  if not state then
    state = { dests = {}, waiting = {} }
    states[source] = state
  end
  local function onend() dest:finish() end
  local function unpipe() source:unpipe(dest) end
  local endFunction = (type(options) == "table" and options["end"] == false) and unpipe or onend
  local onclose, onfinish, onerror, onunpipe, ondrain, ondata
  local cleanedUp = false

  local function cleanup()
    dest:removeListener("close", onclose)
    dest:removeListener("finish", onfinish)
    if ondrain then dest:removeListener("drain", ondrain) end
    dest:removeListener("error", onerror)
    dest:removeListener("unpipe", onunpipe)
    source:removeListener("end", onend)
    source:removeListener("end", unpipe)
    source:removeListener("data", ondata)
    cleanedUp = true
    -- Whoever waits for this destination only would wait for ever.
    if ondrain and state.waiting[dest] and dest.writableNeedDrain ~= false then ondrain() end
  end

  local function pause()
    if not cleanedUp then
      if indexOf(state.dests, dest) then state.waiting[dest] = true end
      source:pause()
    end
    if not ondrain then
      ondrain = function() drained(source, state, dest) end
      dest:on("drain", ondrain)
    end
  end

  function onunpipe(readable, info)
    if readable == source and info and info.hasUnpiped == false then
      info.hasUnpiped = true
      cleanup()
    end
  end

  function onerror(err)
    unpipe()
    dest:removeListener("error", onerror)
    passOn(dest, err)
  end

  function onclose()
    dest:removeListener("finish", onfinish)
    unpipe()
  end

  function onfinish()
    dest:removeListener("close", onclose)
    unpipe()
  end

  ondata = core.pipeListener(dest, pause)
  state.dests[#state.dests + 1] = dest
  if source.readableEnded then
    core.nextTick(endFunction)
  else
    source:once("end", endFunction)
  end
  dest:on("unpipe", onunpipe)
  source:on("data", ondata)
  dest:prependListener("error", onerror)
  dest:once("close", onclose)
  dest:once("finish", onfinish)
  dest:emit("pipe", source)
  if dest.writableNeedDrain == true then
    pause()
  elseif not source.readableFlowing then
    source:resume()
  end
  return dest
end

--- Undoes a pipe, or all of them. Source: node v20, readable.unpipe.
-- @param[opt] dest
-- @return the socket
function Socket:unpipe(dest)
  check.this(core.isSocket(self), "Socket")
  local state = states[self]
  if not state or #state.dests == 0 then return self end
  if dest == nil then
    local dests = state.dests
    state.dests = {}
    self:pause()
    for _, each in ipairs(dests) do each:emit("unpipe", self, { hasUnpiped = false }) end
    return self
  end
  local index = indexOf(state.dests, dest)
  if not index then return self end
  table.remove(state.dests, index)
  if #state.dests == 0 then self:pause() end
  dest:emit("unpipe", self, { hasUnpiped = false })
  return self
end

--- Ends the socket once what was written has left. Source: node v20, socket.destroySoon.
function Socket:destroySoon()
  if self.writable then self:finish() end
  if self.writableFinished then
    self:destroy()
  else
    self:once("finish", function() self:destroy() end)
  end
end
