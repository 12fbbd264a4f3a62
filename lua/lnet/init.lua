--- lnet: Node's net for Lua. The public table.
require("lnet.version")
local core = require("lnet.core")
core.ownSource()

local abort = require("lnet.abort")
local blockList = require("lnet.blocklist")
local check = require("lnet.check")
local connect = require("lnet.connect")
local errors = require("lnet.errors")
require("lnet.habits")
require("lnet.listen")
local socketAddress = require("lnet.socketaddress")

local Socket, Server = core.Socket, core.Server

--- Makes a socket that is not connected, or one over a descriptor. Source: node v20, net.Socket.
-- @tparam[opt] table options `fd`, `allowHalfOpen`, `readable`, `writable`, `highWaterMark`,
-- `noDelay`, `keepAlive`, `keepAliveInitialDelay` (milliseconds), `onread`, `signal`, `blockList`,
-- `typeOfService`
-- @return the socket
-- @raise `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_FD_TYPE`,
-- `ERR_OUT_OF_RANGE`
function Socket.new(options)
  local socket = connect.newSocket(options)
  return socket
end

--- Makes a server. Source: node v20, net.createServer.
-- @tparam[opt] table options `allowHalfOpen`, `pauseOnConnect`, `highWaterMark`, `noDelay`,
-- `keepAlive`, `keepAliveInitialDelay` (milliseconds), `blockList`
-- @tparam[opt] function connectionListener a listener of 'connection'
-- @return the server
-- @raise `ERR_INVALID_ARG_TYPE`
function Server.new(options, connectionListener)
  if type(options) == "function" then
    options, connectionListener = nil, options
  elseif options ~= nil and type(options) ~= "table" then
    errors.throwType("options", "of type table", options)
  end
  local list = options and options.blockList
  check.blockList(list, "options.blockList")
  local server = core.newServer(options)
  server.blockList = list
  if type(connectionListener) == "function" then server:on("connection", connectionListener) end
  return server
end

setmetatable(Socket, {
  __call = function(_, options)
    local socket = Socket.new(options)
    return socket
  end,
})
setmetatable(Server, {
  __call = function(_, options, connectionListener)
    local server = Server.new(options, connectionListener)
    return server
  end,
})

local net = {
  AbortController = abort.AbortController,
  AbortSignal = abort.AbortSignal,
  BlockList = blockList,
  Buffer = core.Buffer,
  Server = Server,
  Socket = Socket,
  SocketAddress = socketAddress,
  Stream = Socket, -- Node's legacy name
  connect = connect.connect,
  createConnection = connect.connect,
  createServer = Server.new,
  getDefaultAutoSelectFamily = connect.getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout = connect.getDefaultAutoSelectFamilyAttemptTimeout,
  isIP = core.isIP,
  isIPv4 = function(input) return core.isIP(input) == 4 end,
  isIPv6 = function(input) return core.isIP(input) == 6 end,
  nextTick = core.nextTick,
  run = core.run,
  setDefaultAutoSelectFamily = connect.setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout = connect.setDefaultAutoSelectFamilyAttemptTimeout,
  stop = core.stop,
}

-- A process that was forked, or a worker of a cluster, is one from here on, whatever it loads.
core.loaded()["lnet"] = net
if core.hasVariable("LNET_WORKER_ID") then
  require("lnet.cluster")
elseif core.hasVariable("LNET_CHANNEL_FD") then
  require("lnet.ipc")
end

return net
