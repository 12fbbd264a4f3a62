-- A closed server listens again: in the same turn, in 'close', on another kind of address.
local t = require("prelude")
local net, log, newPath = t.net, t.log, t.newPath

local path = newPath()
local server = net.createServer(function(socket) socket:finish("hello") end)
local round = 0
server:on("listening", function()
  local address = server:address()
  log("listening", address == path and "path" or address.family)
  local near = address == path and net.connect(path) or net.connect(address.port, "127.0.0.1")
  near:on("data", function(data) log("data", data) end)
  near:on("close", function()
    round = round + 1
    if round == 1 then
      server:close()
      server:listen(0, "127.0.0.1")
    else
      server:close()
    end
  end)
end)
server:on("close", function()
  log("close", server.listening)
  if round == 2 then
    server:listen(path)
  elseif round == 3 then
    log("done", server:address() == path)
  end
end)
server:listen(0, "127.0.0.1")

t.run()
