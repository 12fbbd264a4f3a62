-- The last 'readable' listener is taken away: 'data' flows again.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later
local nextTick = t.nextTick

pair("tcp", nil, function(near, far)
  local function f()
    log("readable", far:read())
    far:off("readable", f)
    log(props(far, "readableFlowing"))
    nextTick(function() log("tick", props(far, "readableFlowing")) end)
  end
  far:on("readable", f)
  far:on("data", function(data) log("data", data) end)
  watch(log, far, "end close resume pause")
  near:write("one")
  later(function() near:finish("two") end, 20)
end)

t.run()
