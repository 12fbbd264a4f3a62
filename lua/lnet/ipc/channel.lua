--- One end of a channel between two processes: what ipc.fork's Subprocess and ipc.parent have in
-- common. Messages keep their order; what is passed along is acknowledged, and until then what is
-- sent behind it waits. Source of the steps and their order: node v20, setupChannel.
local core = require("lnet.core")
if core.channel then return core.channel end -- loaded anew: its state stays
local check = require("lnet.check")
local errors = require("lnet.errors")
local events = require("lnet.events")
local sockets = require("lnet.ipc.sockets")
local wire = require("lnet.ipc.wire")

-- Bits of a frame's kind; src/channel.h has the first two.
local HANDLE, SERVER, OWN = 1, 2, 4
local MAX_TRIES = 4 -- to pass a handle on; node's number
local HIGH_WATER_MARK = 128 * 1024 -- bytes; node's: from here on send answers false
local BACKLOG = 511 -- of a server that came; node's default

-- What is behind a Subprocess or ipc.parent, of which users see nothing. `handle` is the channel
-- in C, nil once it is closed; `passing` the item whose handle is not acknowledged; `queue` what
-- waits for that, from `first` to `last`; `writing` counts what the kernel has not taken.
local Link = {}
Link.__index = Link

local links = setmetatable({}, { __mode = "k" }) -- by Subprocess or ipc.parent

-- Our own messages, by their field `cmd`: functions of link, message and handle.
local commands = { count = sockets.commands.count, drained = sockets.commands.drained }

-- ---- what comes ----

-- Emits what came before anybody listened.
local function emitUnheard(link)
  if #link.unheard == 0 or link.target:listenerCount("message") == 0 then return end
  local unheard = link.unheard
  link.unheard = {}
  for _, entry in ipairs(unheard) do core.emit(link.target, "message", entry[1], entry[2]) end
end

local function emitMessage(link, message, handle)
  emitUnheard(link)
  if link.target:listenerCount("message") > 0 then
    link.target:emit("message", message, handle)
  else
    link.unheard[#link.unheard + 1] = { message, handle }
  end
end

-- A server listens before anybody gets to see it.
local function gotServer(link, message, server)
  local errno = core.listen(server, BACKLOG)
  if errno ~= 0 then
    core.emit(server, "error", core.systemError(errno, "listen"))
  else
    core.nextTick(emitMessage, link, message, server)
  end
end

local function dispatch(link, message, handle)
  local command = commands[message.cmd]
  if command then command(link, message, handle) end
end

-- Node has one more tick for what comes with a handle: it emits an event of its own first.
local function gotHandle(link, kind, message, handle, key)
  link:tell("ack")
  if kind & OWN ~= 0 then
    dispatch(link, message, handle)
  elseif kind & SERVER ~= 0 then
    gotServer(link, message, handle)
  else
    if key ~= "" then sockets.keep(link, key, handle) end
    core.nextTick(emitMessage, link, message, handle)
  end
end

local function discard(handle)
  if core.isSocket(handle) then handle:destroy() end
  if core.isServer(handle) then core.closeHandle(handle) end
end

-- Bytes that no lnet sends: there is nothing to hope for behind them.
local function gotRubbish(link, handle)
  discard(handle)
  core.nextTick(link.target.emit, link.target, "error",
    core.newError("Error", "EPROTO", "read EPROTO", { syscall = "read" }))
  link:ended()
end

-- What frame() has put before the message: whether it is there, the key, the message.
local function splitKey(bytes)
  local ok, key, pos = pcall(string.unpack, "<s4", bytes)
  if not ok then return false end
  return true, key, bytes:sub(pos)
end

local function receive(link, kind, bytes, handle)
  if link.closing or not link.handle then return discard(handle) end
  local key, ok, message = "", true, nil
  if kind & HANDLE ~= 0 then ok, key, bytes = splitKey(bytes) end
  if ok then ok, message = wire.decode(bytes) end
  if not ok or kind & OWN ~= 0 and type(message) ~= "table" then
    gotRubbish(link, handle)
  elseif kind & HANDLE ~= 0 and not handle then
    core.nextTick(link.tell, link, "nack")
  elseif kind & HANDLE ~= 0 then
    core.nextTick(gotHandle, link, kind, message, handle, key)
  elseif kind & OWN ~= 0 then
    core.nextTick(dispatch, link, message)
  else
    core.nextTick(emitMessage, link, message)
  end
end

-- ---- what goes ----

-- The error goes to the callback, else to the listeners of 'error'; node's order: by a tick.
local function fail(link, item, err)
  if item.callback then
    core.nextTick(item.callback, err)
  elseif not item.silent then
    core.nextTick(link.target.emit, link.target, "error", err)
  end
end

local function written(link, item, errno)
  link.writing = link.writing - 1
  if errno and link.handle then
    fail(link, item, core.systemError(errno, "write"))
  elseif item.callback then
    core.nextTick(item.callback, errno and core.systemError(errno, "write") or nil)
  end
  if link.writing == 0 and link.closing then link:finish() end
end

-- The kind and the bytes of an item's frame, and its handle if that can still be passed.
local function frame(link, item, again)
  local handle = item.handle
  if handle and not again and not core.isPassable(handle) then handle = nil end
  if not handle then return item.kind, item.bytes end
  local isServer = core.isServer(handle)
  if not item.key then
    item.key = not isServer and item.kind & OWN == 0 and sockets.announce(link, handle) or ""
  end
  local kind = item.kind | HANDLE | (isServer and SERVER or 0)
  return kind, string.pack("<s4", item.key) .. item.bytes, handle
end

-- Writes the frame of an item; `again`: its handle did not arrive.
function Link:write(item, again)
  local kind, bytes, handle = frame(self, item, again)
  if again then item.callback = nil end -- it was called
  local errno, left = self.handle:send(kind, bytes, handle, item.keepOpen, function(status)
    written(self, item, status)
  end)
  if errno ~= 0 then
    fail(self, item, core.systemError(errno, "write"))
    return
  end
  if not left then
    self.writing = self.writing + 1
  elseif item.callback then
    core.nextTick(item.callback)
  end
  if not handle then return end
  self.passing = item
  self.tries = again and self.tries + 1 or 1
  self:count(1)
  if item.key ~= "" and not again then sockets.left(handle) end
end

-- Writes an item once it is its turn. Returns node's answer of send.
function Link:submit(item)
  if not self.passing then
    self:write(item)
    return self.handle ~= nil and self.handle:waiting() < HIGH_WATER_MARK
  end
  self.last = self.last + 1
  self.queue[self.last] = item
  return self.first == self.last
end

-- Sends an own message ahead of what waits; that it cannot be sent concerns nobody.
function Link:tell(cmd)
  if not self.handle then return end
  self:write({ kind = OWN, bytes = wire.encode({ cmd = cmd }), silent = true })
end

-- A socket that was sent is not ours any more.
local function letGo(item)
  if core.isSocket(item.handle) and not item.keepOpen then core.closeSent(item.handle) end
end

-- What was passed arrived, or not: then it is tried again, at last without it.
local function answered(link, arrived)
  local item = link.passing
  if not item or not link.handle then return end
  link.passing = nil
  link:count(-1)
  if not arrived and link.tries < MAX_TRIES then
    link:write(item, true)
  else
    letGo(item)
    if not arrived then link:write({ kind = item.kind, bytes = item.bytes, silent = true }) end
  end
  while not link.passing and link.first <= link.last do
    local waiting = link.queue[link.first]
    link.queue[link.first] = nil
    link.first = link.first + 1
    link:write(waiting)
  end
  if not link.target.connected and not link.passing then link:shut() end
end

function commands.ack(link) answered(link, true) end
function commands.nack(link) answered(link, false) end

-- ---- questions and answers ----

local function channelClosed()
  return errors.new("Error", "ERR_IPC_CHANNEL_CLOSED", "Channel closed")
end

local function closedBeforeReply()
  return errors.new("Error", "ERR_CHILD_CLOSED_BEFORE_REPLY", "Child closed before reply received")
end

--- Sends an own message that is answered: callback(err), or callback(nil, value, handle). The
-- handle that goes along stays open here, too.
function Link:request(cmd, message, callback, handle)
  if not self.target.connected then
    core.nextTick(callback, closedBeforeReply())
    return
  end
  self.lastId = self.lastId + 1
  self.requests[self.lastId] = callback
  message.cmd, message.id = cmd, self.lastId
  self:submit({
    kind = OWN, bytes = wire.encode(message), handle = handle, keepOpen = true, silent = true,
  })
end

--- Answers the request with this id.
function Link:reply(id, value, handle)
  if not self.target.connected then return end
  local message = { cmd = "reply", id = id, value = value }
  self:submit({
    kind = OWN, bytes = wire.encode(message), handle = handle, keepOpen = true, silent = true,
  })
end

--- Sends an own message that is not answered.
function Link:notify(cmd, message)
  if not self.target.connected then return end
  message.cmd = cmd
  self:submit({ kind = OWN, bytes = wire.encode(message), silent = true })
end

function commands.reply(link, message, handle)
  local callback = link.requests[message.id]
  link.requests[message.id] = nil
  if callback then callback(nil, message.value, handle) end
end

-- ---- the end ----

-- Has net.run wait for the channel while something counts on it: listeners of the child, handles
-- that are not acknowledged. In the parent it always does.
function Link:count(change)
  self.users = self.users + change
  if self.handle and not self.always then self.handle:ref(self.users > 0) end
end

-- Closes the channel in C; onClosed is called once.
function Link:close()
  if not self.handle then return end
  self.handle:close()
  self.handle = nil
  self.onClosed()
end

-- Nothing comes or goes any more.
function Link:finish()
  if self.finished then return end
  self.finished = true
  local requests = self.requests
  self.requests = {}
  core.emit(self.target, "disconnect")
  for _, callback in pairs(requests) do core.nextTick(callback, closedBeforeReply()) end
  self:close()
end

--- There is no channel: nothing is told.
function Link:abandon()
  self.finished = true
  self.target.connected = false
  self:close()
end

-- Ends this side once what it has written is with the kernel.
function Link:shut()
  self.closing = true
  core.nextTick(function()
    if self.writing == 0 then self:finish() end
  end)
end

-- The other side is gone: what waits for it is lost, and told so.
function Link:ended()
  if not self.handle then return end
  self.target.connected = false
  if self.passing then letGo(self.passing) end
  self.passing = nil
  for i = self.first, self.last do
    local callback = self.queue[i].callback
    if callback then core.nextTick(callback, channelClosed()) end
  end
  self.queue, self.first, self.last = {}, 1, 0
  core.nextTick(self.finish, self)
  self:close() -- node: before 'disconnect'
end

-- ---- the public part ----

-- A class of emitters with a channel; its objects are made by setUp.
local Endpoint = setmetatable({}, { __index = events.EventEmitter })

local channel = { Endpoint = Endpoint }

--- Raises ERR_INVALID_THIS for what has no channel.
function channel.check(value)
  check.this(links[value] ~= nil, "Subprocess")
end

--- Sends a message. Source: node v20, subprocess.send.
-- @param message nil, a boolean, a number, a string or a table of these
-- @param[opt] handle a socket or a server that goes along; a socket is not this process's any more
-- @tparam[opt] table options `keepOpen`: the socket stays open here too
-- @tparam[opt] function callback `callback(err)`, once it is written or lost
-- @treturn boolean false when much waits to be written, or the channel is closed
-- @raise `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_HANDLE_TYPE`
function Endpoint:send(message, handle, options, callback)
  channel.check(self)
  if type(handle) == "function" then
    callback, handle, options = handle, nil, nil
  elseif type(options) == "function" then
    callback, options = options, nil
  elseif options ~= nil and type(options) ~= "table" then
    errors.throwType("options", "of type table", options)
  end
  if handle ~= nil and not core.isSocket(handle) and not core.isServer(handle) then
    errors.throw("TypeError", "ERR_INVALID_HANDLE_TYPE", "This handle type cannot be sent")
  elseif handle and core.isPassable(handle) == false then
    errors.throwValue("handle", "must not be a socket that connects", handle)
  end
  local item = {
    kind = 0, bytes = wire.encode(message), handle = handle,
    keepOpen = options and options.keepOpen and true or false,
    callback = type(callback) == "function" and callback or nil,
  }
  local link = links[self]
  if not self.connected then
    fail(link, item, channelClosed())
    return false
  end
  local more = link:submit(item)
  return more
end

--- Closes the channel once what was sent is written; 'disconnect' follows. Source: node v20.
function Endpoint:disconnect()
  channel.check(self)
  if not self.connected then
    self:emit("error", errors.new("Error", "ERR_IPC_DISCONNECTED",
      "IPC channel is already disconnected"))
    return
  end
  self.connected = false
  local link = links[self]
  if not link.passing then link:shut() end
end

--- Makes a channel for a target, whose class is Endpoint or made of it. Returns the channel in C.
-- @tparam boolean always net.run waits for the channel until it is closed; else only while somebody
-- listens to 'message' or 'disconnect'
-- @tparam function onClosed called once, when the channel is closed
function channel.setUp(target, always, onClosed)
  local link = setmetatable({
    target = target, always = always, onClosed = onClosed,
    queue = {}, first = 1, last = 0, writing = 0, users = 0, unheard = {},
    requests = {}, lastId = 0, lists = {}, kept = {},
  }, Link)
  link.handle = core.newChannel(function(kind, bytes, handle)
    if kind then
      receive(link, kind, bytes, handle)
    else
      link:ended()
    end
  end)
  links[target] = link
  target.connected = true
  target:on("newListener", function(name)
    if name == "message" then core.nextTick(emitUnheard, link) end
    if name == "message" or name == "disconnect" then link:count(1) end
  end)
  target:on("removeListener", function(name)
    if name == "message" or name == "disconnect" then link:count(-1) end
  end)
  return link
end

--- The link behind a target.
function channel.linkOf(target)
  return links[target]
end

--- Has our own messages of this name call fn(link, message, handle).
function channel.command(name, fn)
  commands[name] = fn
end

core.channel = channel

return channel
