-- The peer has ended and allowHalfOpen is off: a write in or after 'end' is EPIPE.
local t = require("prelude")
local log, pair, watch, props, nextTick = t.log, t.pair, t.watch, t.props, t.nextTick

pair("tcp", nil, function(near, far)
  watch(log, near, "end finish close error")
  near:on("end", function()
    nextTick(function() log("tick") end)
    log("write", near:write("late", function(e) log("callback", e) end))
    log(props(near, "writable writableEnded destroyed"))
  end)
  near:on("finish", function()
    log("write", near:write("later", function(e) log("callback", e) end))
  end)
  near:resume()
  far:finish()
  far:resume()
  far:on("error", function() log("never") end)
end)

t.run()
