-- destroy(err) without a listener of 'error' ends the loop; 'close' follows.
local t = require("prelude")
local log, pair = t.log, t.pair

pair("tcp", nil, function(near, far)
  far:resume()
  near:on("close", function(hadError) log("close", hadError) end)
  near:destroy(t.error("boom"))
end)

t.run()
