--- What the two ends of a cluster have in common: the class of workers.
local check = require("lnet.check")
local events = require("lnet.events")

local common = {}
local workers = setmetatable({}, { __mode = "k" }) -- all that common.worker has made

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
  workers[worker] = true
  process:on("error", function(...) worker:emit("error", ...) end)
  process:on("message", function(...) worker:emit("message", ...) end)
  return worker
end

--- Raises ERR_INVALID_THIS for what is no worker.
function common.check(value)
  check.this(workers[value], "Worker")
end

--- Sends a message to the other end. Arguments and answer: as those of `Subprocess:send`.
function Worker:send(...)
  common.check(self)
  local more = self.process:send(...)
  return more
end

--- Whether the process has ended.
function Worker:isDead()
  common.check(self)
  return self.process.exitCode ~= nil or self.process.signalCode ~= nil
end

--- Whether the channel is open.
function Worker:isConnected()
  common.check(self)
  return self.process.connected
end

return common
