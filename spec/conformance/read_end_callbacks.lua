-- 'end' is heard once, by late listeners not at all.
local t = require("prelude")
local log, pair, props = t.log, t.pair, t.props

pair("tcp", nil, function(near, far)
  far:once("end", function()
    log("once")
    far:on("end", function() log("never") end)
  end)
  far:on("end", function() log("on") end)
  far:resume()
  near:finish()
  near:resume()
  far:on("close", function()
    far:on("end", function() log("never") end)
    far:on("data", function() log("never") end)
    log("over", props(far, "readableEnded"))
  end)
end)

t.run()
