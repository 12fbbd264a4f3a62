-- pause() stops 'data', resume() goes on; nothing is lost; 'end' waits.
local t = require("prelude")
local log, pair, each, watch, props, later = t.log, t.pair, t.each, t.watch, t.props, t.later
local nextTick = t.nextTick

each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    local function tell(...)
      log(where, ...)
    end
    local names = "readableFlowing readableLength"
    watch(tell, far, "data end close pause resume")
    near:write("one")
    later(function()
      tell("chains", far:pause() == far, far:isPaused(), props(far, names))
      near:write("two")
      near:finish()
      later(function()
        tell("still paused", far:isPaused(), props(far, names))
        tell("chains", far:resume() == far, far:isPaused(), props(far, names))
        nextTick(function() tell("tick") end)
      end, 40)
    end, 40)
    near:resume()
    far:on("close", function() later(next, 20) end)
  end)
end)

t.run()
