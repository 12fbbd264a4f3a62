-- What a listener raises ends the loop; the rest goes on when it runs again.
local t = require("prelude")
local log, pair = t.log, t.pair

pair("tcp", nil, function(near, far)
  near:on("finish", function()
    log("finish")
    error(t.error("in finish"), 0)
  end)
  near:on("finish", function() log("never") end)
  near:on("close", function(hadError) log("close", hadError) end)
  far:resume()
  near:resume()
  near:finish("x", function() log("end callback") end)
end)

t.run()
