--- Which sockets of which servers went over a channel, so that a server knows how many connections
-- it has and when it is closed. Source: node v20, SocketListSend and SocketListReceive.
local core = require("lnet.core")
if core.sockets then return core.sockets end -- loaded anew: its state stays
local forks = require("lnet.forks")

local sockets = {}

-- Servers that sockets were sent of, by what the other processes call them.
local keys = setmetatable({}, { __mode = "k" })
local lastKey = 0

local function keyOf(server)
  if not keys[server] then
    lastKey = lastKey + 1
    keys[server] = tostring(lastKey)
  end
  return keys[server]
end

--- What is told to go with a socket that is sent: the key of its server, "" when it has none.
function sockets.announce(link, socket)
  local server = socket.server
  if not core.isServer(server) then return "" end
  local key = keyOf(server)
  if not link.lists[key] then
    local list = {}
    function list.ask(question, callback) link:request(question, { key = key }, callback) end
    link.lists[key] = list
    forks.add(server, list)
  end
  return key
end

--- A socket has left: when its server is closed already, 'close' now waits for the other process.
function sockets.left(socket)
  local server = socket.server
  if core.isServer(server) and not server.listening then forks.wait(server) end
end

--- The other process is gone.
function sockets.forget(link)
  for _, list in pairs(link.lists) do forks.remove(list) end
  link.lists = {}
end

--- A socket came, of the server with this key.
function sockets.keep(link, key, socket)
  local kept = link.kept[key] or { count = 0, drained = {} }
  link.kept[key] = kept
  kept.count = kept.count + 1
  socket:once("close", function()
    kept.count = kept.count - 1
    if kept.count > 0 then return end
    local drained = kept.drained
    kept.drained = {}
    for _, id in ipairs(drained) do link:reply(id) end
  end)
end

--- The two questions that the sender of sockets has.
sockets.commands = {
  count = function(link, message)
    local kept = link.kept[message.key]
    link:reply(message.id, kept and kept.count or 0)
  end,
  drained = function(link, message)
    local kept = link.kept[message.key]
    if not kept or kept.count == 0 then
      link:reply(message.id)
    else
      table.insert(kept.drained, message.id)
    end
  end,
}

core.sockets = sockets

return sockets
