-- More than the high-water mark: false, then 'drain', once, when all has left.
local t = require("prelude")
local log, pair, each, props, later, nextTick = t.log, t.pair, t.each, t.props, t.later, t.nextTick

each({ "tcp", "unix" }, function(where, next)
  pair(where, { near = { highWaterMark = 8 } }, function(near, far)
    local function tell(...)
      log(where, ...)
    end
    far:resume()
    local names = "writableLength writableNeedDrain writableHighWaterMark"
    near:on("drain", function()
      tell("drain", props(near, names))
      nextTick(function() tell("tick in drain") end)
    end)
    tell(near:write("1234567", function(e) tell("callback 1", e) end), props(near, names))
    tell(near:write("123456789", function(e) tell("callback 2", e) end), props(near, names))
    nextTick(function() tell("tick") end)
    later(function()
      tell(props(near, names))
      near:destroy()
      far:destroy()
      next()
    end, 20)
  end)
end)

t.run()
