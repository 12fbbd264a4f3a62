-- A write after destroy(): only the callback tells.
local t = require("prelude")
local log, pair, watch, nextTick = t.log, t.pair, t.watch, t.nextTick

pair("tcp", nil, function(near, far)
  watch(log, near, "finish end close error drain")
  far:resume()
  near:destroy()
  nextTick(function() log("tick before") end)
  log("write", near:write("y", function(e) log("callback", e) end))
  near:finish("z", function(e) log("end callback", e) end)
  near:finish(function(e) log("second end callback", e) end)
  nextTick(function() log("tick after") end)
  near:on("close", function()
    log("write", near:write("late", function(e) log("late callback", e) end))
  end)
end)

t.run()
