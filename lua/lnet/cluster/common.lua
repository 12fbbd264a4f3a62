--- What the two ends of a cluster have in common: the class of workers.
local events = require("lnet.events")

local common = {}

--- A worker as the primary and the worker itself see it. Fields: `id`, `process`,
-- `exitedAfterDisconnect` (nil until it is known).
local Worker = setmetatable({}, { __index = events.EventEmitter })

--- A class of workers with methods of its own.
function common.class()
  return setmetatable({}, { __index = Worker })
end

--- Makes an object of such a class. `process` is a Subprocess or ipc.parent.
function common.worker(class, id, process)
  local worker = setmetatable({ id = id, process = process }, { __index = class })
  process:on("error", function(...) worker:emit("error", ...) end)
  process:on("message", function(...) worker:emit("message", ...) end)
  return worker
end

--- Sends a message to the other end. Arguments and answer: as those of `Subprocess:send`.
function Worker:send(...)
  local more = self.process:send(...)
  return more
end

--- Whether the process has ended.
function Worker:isDead()
  return self.process.exitCode ~= nil or self.process.signalCode ~= nil
end

--- Whether the channel is open.
function Worker:isConnected()
  return self.process.connected
end

return common
