-- What a lookup may answer that is no address.
local t = require("prelude")
local net, log, each, watch, later = t.net, t.log, t.each, t.watch, t.later
local setImmediate = t.setImmediate

local ways = {
  { "error", function(f) return f(t.error("no such name")) end },
  { "error later", function(f) return later(function() f(t.error("no such name")) end, 10) end },
  { "no IP", function(f) return f(nil, "nonsense", 4) end },
  { "bad family", function(f) return f(nil, "127.0.0.1", 5) end },
  { "family as text", function(f) return f(nil, "127.0.0.1", "4") end },
}
each(ways, function(way, next)
  local socket = net.Socket()
  watch(function(...) log(way[1], ...) end, socket, "lookup connect error close")
  socket:on("close", function() setImmediate(next) end)
  socket:connect({
    port = 12345,
    host = "some.name",
    family = 4,
    lookup = function(_host, _given, callback) way[2](callback) end,
  })
end)

t.run()
