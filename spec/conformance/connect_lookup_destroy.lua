-- destroy() while the name is looked up, and in 'lookup': no connection is tried.
local t = require("prelude")
local net, log, each, watch, later = t.net, t.log, t.each, t.watch, t.later

local ways = { "before the answer", "in lookup", "at once" }
each(ways, function(way, next)
  local socket = net.Socket()
  watch(function(...) log(way, ...) end, socket, "lookup connectionAttempt connect error close")
  socket:on("lookup", function()
    if way == "in lookup" then socket:destroy() end
  end)
  local answer
  socket:connect({
    port = 12345,
    host = "some.name",
    family = 4,
    lookup = function(_host, _given, callback)
      answer = callback
    end,
  })
  if way == "at once" then socket:destroy() end
  later(function()
    if way == "before the answer" then socket:destroy(t.error("too late")) end
    answer(nil, "127.0.0.1", 4)
    later(next, 20)
  end, 20)
end)

t.run()
