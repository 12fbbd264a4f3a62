-- 'close' waits for the connections; new ones are refused meanwhile.
local t = require("prelude")
local net, log, listen, each, later = t.net, t.log, t.listen, t.each, t.later

each({ "tcp", "unix" }, function(where, next)
  local near
  listen(where, {}, function(socket)
    socket:on("end", function() log(where, "server side end") end)
    socket:resume()
    socket.server:close(function(e)
      log(where, "close callback", e)
    end)
    socket.server:on("close", function()
      log(where, "close")
      next()
    end)
    log(where, "listening", socket.server.listening)
    later(function()
      log(where, "still connected")
      near:finish()
    end, 50)
  end, function(to)
    near = net.connect(to)
    near:resume()
  end)
end)

t.run()
