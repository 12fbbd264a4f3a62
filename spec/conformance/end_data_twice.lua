-- Data in a second finish() is a write after the end.
local t = require("prelude")
local log, pair, watch = t.log, t.pair, t.watch

pair("tcp", nil, function(near, far)
  watch(log, near, "finish end close error")
  far:resume()
  near:resume()
  near:finish("x", function(e) log("first", e) end)
  near:finish("y", function(e) log("second", e) end)
end)

t.run()
