--- Connections of a server that other processes have. Who has them is known to lua/lnet/ipc; here
-- is what the server's own methods need of it. Source: node v20, net.Server with _usingWorkers.
local core = require("lnet.core")
if core.forks then return core.forks end -- loaded anew: its state stays

local forks = {}

-- server -> sequence of lists. A list has ask(question, callback): callback(err, count) for
-- "count", callback(err) for "drained", once no connection of this server is left there.
local lists = setmetatable({}, { __mode = "k" })

--- A socket of this server goes to another process for the first time.
function forks.add(server, list)
  lists[server] = lists[server] or {}
  table.insert(lists[server], list)
  core.askForks(server, 0)
end

--- That process is gone, and its connections with it.
function forks.remove(list)
  for _, all in pairs(lists) do
    for i = #all, 1, -1 do
      if all[i] == list then table.remove(all, i) end
    end
  end
end

--- Whether a socket of this server was ever sent.
function forks.used(server)
  return lists[server] ~= nil
end

--- Calls back with the number of connections: `own` and those of all forks.
function forks.count(server, own, callback)
  local left, total = #lists[server], own
  if left == 0 then core.nextTick(callback, nil, total) end
  for _, list in ipairs({ table.unpack(lists[server]) }) do
    list.ask("count", function(err, count)
      if left == 0 then return end -- told already
      left = err and 0 or left - 1
      total = total + (count or 0)
      if err then
        core.nextTick(callback, err)
      elseif left == 0 then
        core.nextTick(callback, nil, total)
      end
    end)
  end
end

--- Has the server's 'close' wait until no fork has a connection of it. A fork that is gone has
-- none.
function forks.wait(server)
  local asked = { table.unpack(lists[server]) }
  core.askForks(server, #asked)
  for _, list in ipairs(asked) do
    list.ask("drained", function()
      core.askForks(server, -1)
      core.closeIfDrained(server)
    end)
  end
  if #asked == 0 then core.closeIfDrained(server) end
end

core.forks = forks

return forks
