-- setTimeout(0) turns it off and takes the callback away; it can be changed.
local t = require("prelude")
local log, pair, setTimeout = t.log, t.pair, t.setTimeout

pair("tcp", nil, function(near, far)
  local function f()
    log("never")
  end
  near:setTimeout(20, f)
  log(near.timeout, near:listenerCount("timeout"))
  near:setTimeout(0, f)
  log(near.timeout, near:listenerCount("timeout"))
  far:setTimeout(20)
  far:setTimeout(60)
  local early = true
  far:on("timeout", function() log("far timeout", early, far.timeout) end)
  setTimeout(function()
    early = false
  end, 40)
  setTimeout(function()
    near:destroy()
    far:destroy()
    log("after destroy", near:setTimeout(10) == near, near.timeout)
  end, 120)
end)

t.run()
