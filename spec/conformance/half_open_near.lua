-- allowHalfOpen on the client alone: it can write after the server ended.
local t = require("prelude")
local pair, each, tape, watch, later = t.pair, t.each, t.tape, t.watch, t.later

local events = "data end finish close error"
each({ "tcp", "unix" }, function(where, next)
  pair(where, { near = { allowHalfOpen = true } }, function(near, far)
    local tell = tape(where .. " near")
    watch(tell, near, events)
    watch(tape(where .. " far"), far, events)
    near:on("end", function()
      near:write("still here")
      later(function() near:finish("and bye") end, 20)
    end)
    far:finish("server ends")
    far:on("close", function() later(next, 20) end)
  end)
end)

t.run()
