--- Several processes that share ports: the primary forks workers, and what a worker listens on is
-- bound once, by the primary. Source: node v20, cluster with SCHED_NONE: the workers accept
-- themselves. What this module is depends on which of them it is loaded in.
require("lnet")
-- In a worker that has loaded this file already.
if package.loaded["lnet.cluster"] then return package.loaded["lnet.cluster"] end
local core = require("lnet.core")
local ipc = require("lnet.ipc")

-- Set by the primary's fork; taken away, so that what the worker starts is no worker.
local id = math.tointeger(tonumber(core.takeVariable("LNET_WORKER_ID") or ""))

if id and ipc.parent then return require("lnet.cluster.worker").start(id) end
return require("lnet.cluster.primary")
