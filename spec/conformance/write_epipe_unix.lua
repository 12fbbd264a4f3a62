-- A Unix socket whose peer has closed: EPIPE, and write callbacks get it first.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later

pair("unix", { near = { allowHalfOpen = true } }, function(near, far)
  watch(log, near, "end finish close error")
  near:resume()
  far:destroy()
  near:on("end", function()
    later(function()
      near:write("x", function(e) log("callback", e) end)
      log(props(near, "destroyed"))
    end, 20)
  end)
end)

t.run()
