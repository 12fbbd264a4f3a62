-- A listener of 'end' that was put in front writes while the socket does not yet fail writes as
-- behind a FIN; others do.
local t = require("prelude")
local net, log, listen, each, watch = t.net, t.log, t.listen, t.each, t.watch

local ways = { "prependListener", "prependOnceListener", "on" }
each(ways, function(way, next)
  listen("tcp", {}, function(socket)
    socket:resume()
    socket.server:close()
  end, function(to)
    local near = net.connect(to)
    watch(function(...) log(way, ...) end, near, "error close")
    near:on("close", function() next() end)
    near:resume()
    near:finish()
    near[way](near, "end", function() near:write("x", function(e) log(way, "told", e) end) end)
    log(way, near:listenerCount("end"))
  end)
end)

t.run()
