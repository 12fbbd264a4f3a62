-- 'readable' and read(): each chunk, then nil at the end, 'end' after.
local t = require("prelude")
local log, pair, each, watch, props, later = t.log, t.pair, t.each, t.watch, t.props, t.later

each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    local function tell(...)
      log(where, ...)
    end
    local names = "readableLength readableFlowing"
    far:on("readable", function()
      tell("readable", props(far, names))
      tell("read", far:read())
      tell("read", far:read())
    end)
    watch(tell, far, "end close")
    tell(props(far, names))
    near:write("one")
    later(function()
      near:write("two")
      later(function() near:finish() end, 20)
    end, 20)
    near:resume()
    far:on("close", function() later(next, 20) end)
  end)
end)

t.run()
