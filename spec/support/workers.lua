--- Workers of a cluster that a test starts from texts, and what their clients are told.
local assert = require("luassert")
local cluster = require("lnet.cluster")
local net = require("lnet")
local processes = require("spec.support.processes")
local within = require("spec.support.within")
local keep = within.keep

local workers = {}

workers.SECONDS = 15 -- starting Lua takes a moment; more is a hang

--- A worker that answers each connection with its id, once it was asked; "stay" keeps it open.
workers.ANSWERS = [[
  local cluster = require("lnet.cluster")
  local id = tostring(cluster.worker.id)
  local function answer(socket)
    socket:on("data", function(word)
      if word == "stay" then socket:write(id) else socket:finish(id) end
    end)
    socket:on("error", function() end)
  end
]]

--- The same, and it listens on a free port.
workers.LISTENS = workers.ANSWERS .. [[
  net.createServer(answer):listen(0, "127.0.0.1")
]]

--- The worker that cluster.fork starts for this text.
function workers.fork(source, env)
  cluster.setupPrimary({ exec = processes.script(source), args = {} })
  local worker = cluster.fork(env)
  processes.keep(worker.process)
  return worker
end

--- Workers that listen, and the port of the first.
function workers.start(count, source)
  local list, port, listening = {}, nil, 0
  for i = 1, count do
    list[i] = workers.fork(source)
    list[i]:on("listening", function(address)
      port = port or address.port or address.address
      listening = listening + 1
    end)
  end
  within.reached(workers.SECONDS, function() return listening == count end)
  return list, port
end

--- A connection to a port of the loopback or to a path.
function workers.connect(at)
  local target = type(at) == "string" and { path = at } or { port = at, host = "127.0.0.1" }
  local socket = keep(net.connect(target))
  socket:on("error", function() end)
  return socket
end

--- What a new connection gets for a word; the connection, too.
function workers.ask(at, word)
  local socket, text, over = workers.connect(at), "", false
  socket:on("data", function(bytes) text = text .. bytes end)
  socket:on("close", function() over = true end)
  socket:write(word or "end")
  within.reached(workers.SECONDS, function() return over or (word == "stay" and text ~= "") end)
  return text, socket
end

--- Has all workers end.
function workers.stop()
  local called = 0
  cluster.disconnect(function() called = called + 1 end)
  within(workers.SECONDS)
  assert.equal(1, called)
  assert.same({}, cluster.workers)
end

return workers
