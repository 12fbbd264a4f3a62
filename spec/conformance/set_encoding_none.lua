-- setEncoding() without an encoding is utf8.
local t = require("prelude")
local log, pair, props, later = t.log, t.pair, t.props, t.later

pair("tcp", nil, function(near, far)
  log(props(far, "readableEncoding"))
  far:setEncoding()
  log(props(far, "readableEncoding"))
  far:on("data", function(data) log("data", data) end)
  near:write(t.bytes("61c3"))
  later(function() near:finish(t.bytes("a9")) end, 20)
end)

t.run()
