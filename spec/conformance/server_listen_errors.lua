-- Addresses that do not work: the whole error, and no other event.
local t = require("prelude")
local net, log, each, watch, later = t.net, t.log, t.each, t.watch, t.later

local ways = {
  { "no such directory", { path = "/no/such/directory/at/all" } },
  { "a directory", { path = "/" } },
  { "foreign address", { port = 0, host = "192.0.2.200" } },
  { "foreign IPv6 address", { port = 0, host = "2001:db8::1" } },
}
each(ways, function(way, next)
  local server = net.createServer()
  watch(function(...) log(way[1], ...) end, server, "listening close")
  server:on("error", function(e)
    log(way[1], e)
    log(way[1], "listening", server.listening)
    later(next, 20)
  end)
  server:listen(way[2])
end)

t.run()
