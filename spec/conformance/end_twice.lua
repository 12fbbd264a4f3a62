-- finish() again: while ending, after 'finish', after 'close'.
local t = require("prelude")
local log, pair, watch, later = t.log, t.pair, t.watch, t.later

pair("tcp", { near = { allowHalfOpen = true } }, function(near, far)
  watch(log, near, "finish end close error")
  far.allowHalfOpen = true
  far:resume()
  near:resume()
  near:finish("x", function(e) log("first", e) end)
  near:finish(function(e) log("second", e) end)
  near:on("finish", function()
    later(function()
      near:finish(function(e) log("after finish", e) end)
      log("returns the socket", near:finish() == near)
      later(function() far:finish() end, 20)
    end, 20)
  end)
  near:on("close", function()
    near:finish(function(e) log("after close", e) end)
    later(function() log("over") end, 20)
  end)
end)

t.run()
