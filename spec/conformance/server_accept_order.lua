-- One turn of the loop gives a server one connection, however many wait: what comes between two.
local t = require("prelude")
local net, log, listen, each = t.net, t.log, t.listen, t.each

local CLIENTS = 4
each({ "tcp", "unix" }, function(where, next)
  log("--", where)
  local accepted = 0
  local closed = 0
  listen(where, {}, function(socket)
    accepted = accepted + 1
    local number = accepted
    log("connection", number)
    t.nextTick(function() log("tick", number) end)
    t.setImmediate(function() log("immediate", number) end)
    socket:on("data", function(data) log("data", number, data) end)
    socket:finish()
  end, function(to, server)
    for i = 1, CLIENTS do
      local socket = net.connect(to)
      socket:on("connect", function() log("connect", i) end)
      socket:write("text" .. i)
      socket:resume()
      socket:on("close", function()
        closed = closed + 1
        if closed == CLIENTS then server:close(function() next() end) end
      end)
    end
  end)
end)

t.run()
