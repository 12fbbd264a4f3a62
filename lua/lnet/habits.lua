--- The names that LuaSocket has for what sockets and servers do here under others: calling one says
-- which is meant. A field of that name that the user sets on an object comes first. `dirty` is left
-- out: it is a likely name for a flag, of which programs expect that it is nil at first.
local check = require("lnet.check")
local core = require("lnet.core")
local errors = require("lnet.errors")

local OF_SOCKETS = {
  close = "socket:finish() or socket:destroy()",
  getpeername = "socket.remoteAddress and socket.remotePort",
  getsockname = "socket:address()",
  getstats = "socket.bytesRead and socket.bytesWritten",
  receive = 'socket:on("data", listener) or socket:read([n])',
  send = "socket:write(data)",
  setoption = "socket:setNoDelay(), socket:setKeepAlive() and the options of net.connect",
  settimeout = "socket:setTimeout(milliseconds)",
  shutdown = "socket:finish()",
}

local OF_SERVERS = {
  accept = 'server:on("connection", listener)',
  getsockname = "server:address()",
  getstats = "server:getConnections(callback)",
  setoption = "the options of net.createServer and server:listen",
  settimeout = "socket:setTimeout(milliseconds) of each connection",
}

local function add(class, name, isOne, advice)
  local kind = name:lower()
  for method, instead in pairs(advice) do
    class[method] = function(self)
      check.this(isOne(self), name)
      errors.throw("Error", "ERR_METHOD_NOT_IMPLEMENTED",
        ("%s:%s is LuaSocket's name: use %s"):format(kind, method, instead))
    end
  end
end

add(core.Socket, "Socket", core.isSocket, OF_SOCKETS)
add(core.Server, "Server", core.isServer, OF_SERVERS)

return true
