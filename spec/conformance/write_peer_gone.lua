-- The peer is gone: the first write is taken, a later one fails, told once, 'close' with true.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later

pair("tcp", { near = { allowHalfOpen = true } }, function(near, far)
  watch(log, near, "end finish close error")
  near:resume()
  far:destroy()
  near:on("end", function()
    near:write("one", function(e) log("callback 1", e) end)
    later(function()
      near:write("two", function(e) log("callback 2", e) end)
      log(props(near, "destroyed"))
    end, 30)
  end)
end)

t.run()
