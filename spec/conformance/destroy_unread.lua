-- destroy() with data that nobody read: it is lost, 'end' does not come.
local t = require("prelude")
local pair, tape, watch, props, later = t.pair, t.tape, t.watch, t.props, t.later

pair("tcp", nil, function(near, far)
  watch(tape("near"), near, "end close error")
  far:pause()
  local tell = tape("far")
  watch(tell, far, "data end close error")
  far:pause()
  near:write("lost")
  later(function()
    far:destroy()
    tell(props(far, "readableAborted readableDidRead readableEnded"))
    later(function() near:destroy() end, 20)
  end, 20)
  near:on("error", function() near:destroy() end)
end)

t.run()
