-- pause() before a 'data' listener: the listener does not start the flow.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later

pair("tcp", nil, function(near, far)
  far:pause()
  watch(log, far, "data end close")
  log(props(far, "readableFlowing"), far:isPaused())
  near:finish("hello")
  later(function()
    log("later", props(far, "readableFlowing readableLength"))
    far:resume()
  end, 30)
end)

t.run()
