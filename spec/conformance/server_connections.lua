-- getConnections: asynchronous, exact at the time of the call, chains.
local t = require("prelude")
local net, log, later = t.net, t.log, t.later

local server = net.createServer()
local function count(label)
  local same = server:getConnections(function(e, n) log(label, e, n) end) == server
  log(label, "called", same)
end
count("before listen")
server:on("connection", function(socket)
  count("in connection")
  socket:resume()
  socket:on("end", function() count("server side end") end)
  socket:on("close", function()
    count("server side close")
    server:close()
    count("closed")
  end)
end)
server:listen(0, "127.0.0.1", function()
  local near = net.connect(server:address())
  near:on("connect", function()
    later(function()
      count("open")
      near:finish()
    end, 20)
  end)
  near:resume()
end)
server:on("close", function() count("in close") end)

t.run()
