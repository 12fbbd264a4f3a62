-- Descriptors on which nothing can listen.
local t = require("prelude")
local net, log, each = t.net, t.log, t.each

local ways = {
  { "no such descriptor", 9999 },
  { "too large", 65535 },
}
each(ways, function(way, next)
  local server = net.createServer()
  server:on("error", function(e)
    log(way[1], e)
    log(server.listening)
    next()
  end)
  server:on("listening", function() log(way[1], "listening") end)
  server:listen({ fd = way[2] })
end)

t.run()
