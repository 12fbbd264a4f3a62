-- Nothing fires inside connect(); ticks and 'connect' in order.
local t = require("prelude")
local net, log, listen, each, nextTick = t.net, t.log, t.listen, t.each, t.nextTick

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket) socket:finish() end, function(to, server)
    local socket = net.Socket()
    socket:on("connect", function()
      log(where, "connect")
      nextTick(function() log(where, "tick in connect") end)
    end)
    socket:on("ready", function() log(where, "ready") end)
    nextTick(function() log(where, "tick before") end)
    socket:connect(to)
    nextTick(function() log(where, "tick after") end)
    log(where, "called")
    socket:on("close", function() server:close(next) end)
    socket:resume()
  end)
end)

t.run()
