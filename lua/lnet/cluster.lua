--- Several processes that share ports: the primary forks workers, and what a worker listens on is
-- bound once, by the primary. Source: node v20, cluster. What this module is depends on which of
-- them it is loaded in.
require("lnet")
local core = require("lnet.core")
-- In a worker that has loaded this file already; and loaded anew it is what it was.
if core.cluster then return core.cluster end
local ipc = require("lnet.ipc")

-- Set by the primary's fork; taken away, so that what the worker starts is no worker.
local id = math.tointeger(tonumber(core.takeVariable("LNET_WORKER_ID") or ""))

if id and ipc.parent then
  core.cluster = require("lnet.cluster.worker").start(id)
else
  core.cluster = require("lnet.cluster.primary")
end

return core.cluster
