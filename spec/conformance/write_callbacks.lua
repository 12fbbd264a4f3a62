-- Callbacks of writes that go out at once: after the call, in order, among ticks.
local t = require("prelude")
local log, pair, each, setImmediate, nextTick = t.log, t.pair, t.each, t.setImmediate, t.nextTick

each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    far:resume()
    local function tell(...)
      log(where, ...)
    end
    nextTick(function() tell("tick before") end)
    tell("write", near:write("one", function(e)
      tell("callback one", e)
      nextTick(function() tell("tick in the callback") end)
    end))
    nextTick(function() tell("tick between") end)
    tell("write", near:write("two", "utf8", function(e) tell("callback two", e) end))
    tell("write", near:write("three"))
    setImmediate(function()
      tell("immediate")
      near:destroy()
      far:destroy()
      next()
    end)
  end)
end)

t.run()
