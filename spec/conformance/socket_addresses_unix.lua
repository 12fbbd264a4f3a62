-- A Unix socket has none.
local t = require("prelude")
local log, pair, props = t.log, t.pair, t.props

pair("unix", nil, function(near, far)
  local names = "localAddress localPort localFamily remoteAddress remotePort remoteFamily"
  log(props(near, names), near:address())
  log(props(far, names), far:address())
  near:destroy()
  far:destroy()
end)

t.run()
