-- destroy(err): 'error', then 'close' with true; the error is kept in `errored`.
local t = require("prelude")
local log, pair, each, watch, props, later = t.log, t.pair, t.each, t.watch, t.props, t.later
local nextTick = t.nextTick

each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    local function tell(...)
      log(where, ...)
    end
    local boom = t.error("boom")
    watch(tell, near, "data end finish close")
    far:resume()
    near:on("error", function(e)
      tell("error", e, e == boom, near.errored == boom)
      nextTick(function() tell("tick in error") end)
    end)
    near:destroy(boom)
    tell(props(near, "destroyed closed readable writable"), near.errored == boom)
    nextTick(function() tell("tick after") end)
    near:on("close", function() later(next, 20) end)
  end)
end)

t.run()
