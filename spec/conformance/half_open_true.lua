-- allowHalfOpen on both sides: each side ends on its own.
local t = require("prelude")
local pair, each, tape, watch, props, later = t.pair, t.each, t.tape, t.watch, t.props, t.later

local events = "data end finish close error"
local half = { allowHalfOpen = true }
each({ "tcp", "unix" }, function(where, next)
  pair(where, { near = half, far = half }, function(near, far)
    local tellFar = tape(where .. " far")
    local tellNear = tape(where .. " near")
    watch(tellNear, near, events)
    watch(tellFar, far, events)
    far:on("end", function()
      tellFar(props(far, "writable readable destroyed allowHalfOpen"))
      later(function()
        tellFar("write", far:write("after the end"))
        far:finish()
      end, 20)
    end)
    near:finish("bye")
    near:on("close", function() later(next, 20) end)
  end)
end)

t.run()
