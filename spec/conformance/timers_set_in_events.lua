-- Timers and ticks set in socket events.
local t = require("prelude")
local log, pair, setTimeout, setImmediate = t.log, t.pair, t.setTimeout, t.setImmediate
local nextTick = t.nextTick

pair("tcp", nil, function(near, far)
  far:resume()
  near:on("finish", function()
    log("finish")
    nextTick(function() log("tick") end)
    setImmediate(function() log("immediate") end)
  end)
  near:finish("x", function()
    log("callback")
    nextTick(function() log("tick of the callback") end)
  end)
  near:on("close", function() setTimeout(function() log("timer") end, 10) end)
  near:resume()
end)

t.run()
