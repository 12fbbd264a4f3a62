-- finish() with data when the peer has closed.
local t = require("prelude")
local log, pair, watch, later = t.log, t.pair, t.watch, t.later

pair("unix", { near = { allowHalfOpen = true } }, function(near, far)
  watch(log, near, "end finish close error")
  near:resume()
  far:destroy()
  near:on("end", function()
    later(function() near:finish("x", function(e) log("callback", e) end) end, 20)
  end)
end)

t.run()
