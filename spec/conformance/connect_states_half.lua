-- readyState when one side is over: readOnly and writeOnly.
local t = require("prelude")
local log, pair, each, later = t.log, t.pair, t.each, t.later

each({ "tcp", "unix" }, function(where, next)
  local half = { allowHalfOpen = true }
  pair(where, { near = half, far = half }, function(near, far)
    log(where, "open", near.readyState, far.readyState)
    far:on("end", function()
      log(where, "far end", far.readyState)
      far:finish()
      log(where, "far ended", far.readyState)
    end)
    far:resume()
    near:on("finish", function() log(where, "near finish", near.readyState) end)
    near:on("end", function() log(where, "near end", near.readyState) end)
    near:on("close", function()
      log(where, "near close", near.readyState)
      later(next, 20)
    end)
    near:resume()
    near:finish()
    log(where, "near ended", near.readyState)
  end)
end)

t.run()
