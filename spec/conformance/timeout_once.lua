-- Without activity it comes once; the callback is a once-listener.
local t = require("prelude")
local log, pair, setTimeout = t.log, t.pair, t.setTimeout

pair("tcp", nil, function(near, far)
  far:resume()
  near:setTimeout(20, function() log("callback") end)
  log("listeners", near:listenerCount("timeout"))
  near:on("timeout", function() log("timeout", near:listenerCount("timeout")) end)
  setTimeout(function()
    log("later", near.timeout)
    near:destroy()
    far:destroy()
  end, 100)
end)

t.run()
