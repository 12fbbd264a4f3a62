-- What the error tells for each way to name the address.
local t = require("prelude")
local net, log, listen, each, later = t.net, t.log, t.listen, t.each, t.later
local setImmediate = t.setImmediate

listen("tcp", {}, nil, function(to, first)
  local ways = {
    { "any host", { port = to.port } },
    { "IPv4 any", { port = to.port, host = "0.0.0.0" } },
    { "loopback", { port = to.port, host = "127.0.0.1" } },
    { "exclusive", { port = to.port, host = "127.0.0.1", exclusive = true } },
  }
  each(ways, function(way, next)
    local server = net.createServer()
    server:on("error", function(e)
      log(way[1], e)
      setImmediate(next)
    end)
    server:on("listening", function()
      log(way[1], "listening", server:address().family)
      server:close(next)
    end)
    server:listen(way[2])
  end)
  later(function() first:close() end, 100)
end)

t.run()
