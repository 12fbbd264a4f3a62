-- An unref'd connection does not keep the program; ref() does again.
local t = require("prelude")
local log, pair, watch, setTimeout = t.log, t.pair, t.watch, t.setTimeout

pair("tcp", nil, function(near, far)
  near:unref()
  far:unref()
  watch(log, near, "end close")
  watch(log, far, "end close")
  setTimeout(function() log("the timer is over") end, 30)
end)

t.run()
