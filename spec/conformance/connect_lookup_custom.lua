-- The option lookup: what it is given; called back at once or later, without `all`.
local t = require("prelude")
local net, log, listen, each, watch, later = t.net, t.log, t.listen, t.each, t.watch, t.later
local nextTick = t.nextTick

local ip = "127.0.0.1"
local events = "lookup connectionAttempt connect ready close error"
listen("tcp", {}, function(socket) socket:finish() end, function(to, server)
  local ways = {
    { "at once, family 4", { family = 4 }, function(f) return f(nil, ip, 4) end },
    { "later", { family = 4 }, function(f) return later(function() f(nil, ip, 4) end, 20) end },
    { "tick, family IPv4", { family = "IPv4" }, function(f) return nextTick(f, nil, ip, 4) end },
    { "no autoSelectFamily", { autoSelectFamily = false }, function(f) return f(nil, ip, 4) end },
    { "local address", { localAddress = ip }, function(f) return f(nil, ip, 4) end },
  }
  each(ways, function(way, next)
    local options = way[2]
    options.port = to.port
    options.host = "some.name"
    options.lookup = function(host, given, callback)
      log(way[1], "asked", host, given.family, given.all)
      way[3](callback)
    end
    local socket = net.Socket()
    watch(function(...) log(way[1], ...) end, socket, events)
    socket:resume()
    socket:on("close", function()
      if way[1] == "local address" then
        server:close()
      else
        next()
      end
    end)
    socket:connect(options)
  end)
end)

t.run()
