-- The remote address of a closed socket is known if it was asked for before.
local t = require("prelude")
local log, pair, props = t.log, t.pair, t.props

pair("tcp", nil, function(near, far)
  log("asked", far.remoteAddress, far.remoteFamily)
  far:destroy()
  log("destroyed", props(far, "remoteAddress remoteFamily localAddress"))
  far:on("close", function() log("closed", props(far, "remoteAddress localAddress")) end)
  near:destroy()
  log("not asked", props(near, "remoteAddress remoteFamily"))
end)

t.run()
