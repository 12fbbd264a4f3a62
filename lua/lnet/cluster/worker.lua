--- A worker's side of a cluster: asks the primary for what its servers listen on, and ends with it.
-- Source: node v20, internal/cluster/child.
local channel = require("lnet.ipc.channel")
local common = require("lnet.cluster.common")
local core = require("lnet.core")
local events = require("lnet.events")
local ipc = require("lnet.ipc")
local listen = require("lnet.listen")

local Worker = common.class()

-- Servers that listen on a handle of the primary: the keys of these, and the other way round.
local sharing = {}
local byKey = {}

-- How often this process has asked for the same: the second server on port 0 gets another port
-- than the first.
local asked = {}

-- What an answer without a handle means: it could not be passed.
local function failed(value, handle)
  if value.errno ~= 0 then return value.errno end
  return handle and 0 or core.EMFILE
end

local function address(server, plan)
  local at = server:address()
  return {
    addressType = plan.path and -1 or plan.family or (not plan.fd and 4 or nil),
    address = plan.path or plan.address,
    port = type(at) == "table" and at.port or plan.path and -1 or plan.port,
    fd = plan.fd,
  }
end

-- What listen.lua calls instead of binding: node's cluster._getServer.
local function ask(link, server, plan, answer)
  local at = table.concat({
    tostring(plan.path or plan.address), tostring(plan.path and -1 or plan.port),
    tostring(plan.family), tostring(plan.fd),
  }, ":")
  asked[at] = asked[at] or { count = 0, open = 0 }
  local entry = asked[at]
  entry.count, entry.open = entry.count + 1, entry.open + 1
  local function forget()
    entry.open = entry.open - 1
    if entry.open == 0 and asked[at] == entry then asked[at] = nil end
  end
  link:request("cluster.query", { key = at .. ":" .. entry.count, plan = plan }, function(
    err, value, handle)
    if err then return end -- the primary is gone, and this process about to end
    local errno = failed(value, handle)
    if errno ~= 0 then
      forget()
      answer(errno)
      return
    end
    sharing[server], byKey[value.key] = value.key, server
    server:once("listening", function()
      link:notify("cluster.listening", { at = address(server, plan) })
    end)
    answer(0, handle, value.accepts, function()
      sharing[server], byKey[value.key] = nil, nil
      forget()
      link:notify("cluster.close", { key = value.key })
    end)
  end)
end

-- Whether another worker is to have the connection: node's onconnection, with dropMaxConnection of
-- v23. A maxConnections of 0 is no limit in v20.
local function isFull(server)
  local most = core.toNumber(server.maxConnections)
  return most ~= 0 and server.connections >= most and not server.dropMaxConnection
end

-- A connection that the primary has accepted. node's onconnection.
channel.command("cluster.connection", function(link, message, socket)
  local server = byKey[message.key]
  local takes = socket and server and server.listening and (message.must or not isFull(server))
  link:reply(message.id, takes and true or false)
  if takes then
    core.incoming(server, socket)
  elseif socket then
    socket:destroy()
  end
end)

-- Closes the servers, waits for their connections, then leaves. node's _disconnect.
local function leave(worker, byPrimary)
  local parent = ipc.parent
  local left = 1
  worker.exitedAfterDisconnect = true
  local function closed()
    left = left - 1
    if left > 0 or not parent.connected then return end
    if byPrimary then
      parent:disconnect()
      return
    end
    channel.linkOf(parent):request("cluster.leaving", {}, function()
      if parent.connected then parent:disconnect() end
    end)
  end
  local servers = {}
  for server in pairs(sharing) do servers[#servers + 1] = server end
  left = left + #servers
  for _, server in ipairs(servers) do server:close(closed) end
  closed()
end

--- Closes the servers of this worker, waits for their connections and ends the channel. Source:
-- node v20, worker.disconnect.
-- @treturn Worker itself
function Worker:disconnect()
  common.check(self)
  if self.leaving then return self end
  self.leaving = true
  leave(self, false)
  return self
end

--- Ends this process, without waiting for anything. Source: node v20, worker.kill.
function Worker:kill()
  common.check(self)
  self.exitedAfterDisconnect = true
  if not self:isConnected() then core.exit(0) end
  self.process:once("disconnect", function() core.exit(0) end)
  channel.linkOf(self.process):request("cluster.leaving", {}, function()
    if self:isConnected() then self.process:disconnect() end
  end)
end

--- Makes this process a worker; returns what lnet.cluster is in it.
local function start(id)
  local cluster = events.EventEmitter.new()
  cluster.isPrimary = false
  cluster.isWorker = true
  cluster.worker = common.worker(Worker, id, ipc.parent)
  local worker, link = cluster.worker, channel.linkOf(ipc.parent)
  ipc.parent:once("disconnect", function()
    core.emit(worker, "disconnect")
    if not worker.exitedAfterDisconnect then core.exit(0) end -- the primary is gone
  end)
  channel.command("cluster.disconnect", function() leave(worker, true) end)
  listen.inWorker(function(...) ask(link, ...) end)
  link:notify("cluster.online", {})
  return cluster
end

return { start = start }
