-- Reading by 'data': nothing before a listener, flows by itself then.
local t = require("prelude")
local log, pair, each, props, later, nextTick = t.log, t.pair, t.each, t.props, t.later, t.nextTick

each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    local names = "readableFlowing readableLength readableDidRead bytesRead readableEnded"
    local function tell(...)
      log(where, ...)
    end
    near:write("hello")
    later(function()
      tell(props(far, names), far:isPaused())
      far:on("data", function(data)
        tell("data", data, props(far, names))
        near:finish()
      end)
      tell(props(far, names), far:isPaused())
      nextTick(function() tell("tick") end)
    end, 20)
    far:on("end", function() tell("end", props(far, names)) end)
    far:on("close", function() later(next, 20) end)
  end)
end)

t.run()
