-- 'listening' comes after the call, among ticks and immediates in node's order.
local t = require("prelude")
local net, log, each, setImmediate, nextTick = t.net, t.log, t.each, t.setImmediate, t.nextTick
local newPath = t.newPath

local path = newPath()
local ways = {
  { "any host", function(server) return server:listen(0) end },
  { "host", function(server) return server:listen(0, "127.0.0.1") end },
  { "path", function(server) return server:listen(path) end },
}
each(ways, function(way, next)
  local server = net.createServer()
  server:on("listening", function() log(way[1], "listening") end)
  setImmediate(function()
    log(way[1], "immediate")
    server:close(next)
  end)
  nextTick(function()
    log(way[1], "tick before")
    nextTick(function() log(way[1], "tick of the tick") end)
  end)
  way[2](server)
  nextTick(function() log(way[1], "tick after") end)
  log(way[1], "called")
end)

t.run()
