-- Writes that the kernel did not take when the socket is destroyed.
local t = require("prelude")
local log, pair, each, watch, later, nextTick = t.log, t.pair, t.each, t.watch, t.later, t.nextTick

local block = t.fill("x", 8 * 1024 * 1024)
local ways = {
  { "without error", nil },
  { "with error", "boom" },
}
each(ways, function(way, next)
  pair("tcp", nil, function(near, far)
    local function tell(...)
      log(way[1], ...)
    end
    watch(tell, near, "drain finish close error")
    far:on("error", function() log("never") end)
    near:write(block, function(e) tell("callback 1", e) end)
    near:write("two", function(e) tell("callback 2", e) end)
    near:write("three", function(e) tell("callback 3", e) end)
    later(function()
      if way[2] then
        near:destroy(t.error(way[2]))
      else
        near:destroy()
      end
      nextTick(function() tell("tick") end)
      later(function()
        far:destroy()
        next()
      end, 30)
    end, 20)
  end)
end)

t.run()
