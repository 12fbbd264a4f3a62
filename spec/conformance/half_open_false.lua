-- FIN from one side: the other ends by itself; order of the events on both sides.
local t = require("prelude")
local pair, each, tape, watch, later = t.pair, t.each, t.tape, t.watch, t.later

local events = "data end finish close error"
each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    watch(tape(where .. " near"), near, events)
    watch(tape(where .. " far"), far, events)
    near:finish("bye")
    near:on("close", function() later(next, 20) end)
  end)
end)

t.run()
