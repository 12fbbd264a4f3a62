-- finish(): its callback, 'finish', ticks and immediates in order.
local t = require("prelude")
local log, pair, each, props, later, nextTick = t.log, t.pair, t.each, t.props, t.later, t.nextTick

each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    far:resume()
    near:resume()
    local function tell(...)
      log(where, ...)
    end
    nextTick(function() tell("tick before") end)
    near:write("x", function(e) tell("write callback", e) end)
    near:finish("y", function(e) tell("end callback", e, props(near, "writableFinished")) end)
    near:on("finish", function()
      tell("finish", props(near, "writableFinished writableLength"))
      nextTick(function() tell("tick in finish") end)
    end)
    nextTick(function() tell("tick after") end)
    tell("called", props(near, "writableEnded writableFinished writableLength"))
    near:on("close", function()
      tell("close")
      later(next, 20)
    end)
  end)
end)

t.run()
