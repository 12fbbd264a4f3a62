-- destroy() in 'timeout', the usual way to drop an idle peer.
local t = require("prelude")
local log, pair, watch, props = t.log, t.pair, t.watch, t.props

pair("tcp", nil, function(near, far)
  watch(log, near, "timeout end finish close error")
  far:resume()
  near:setTimeout(30)
  near:on("timeout", function()
    near:destroy()
    log(props(near, "destroyed timeout"))
  end)
end)

t.run()
