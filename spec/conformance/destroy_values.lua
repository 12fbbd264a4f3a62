-- Anything may be the exception: it comes to 'error' as it is.
local t = require("prelude")
local log, pair, each = t.log, t.pair, t.each

each({ "text", 42, true }, function(value, next)
  pair("tcp", nil, function(near, far)
    far:resume()
    near:on("error", function(e) log("error", e, e == value) end)
    near:on("close", function(hadError)
      log("close", hadError)
      next()
    end)
    near:destroy(value)
  end)
end)

t.run()
