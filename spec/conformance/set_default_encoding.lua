-- setDefaultEncoding counts for writes without an encoding.
local t = require("prelude")
local log, pair = t.log, t.pair

pair("tcp", nil, function(near, far)
  far:on("data", function(data)
    log("received", data)
  end)
  log("chains", near:setDefaultEncoding("HEX") == near)
  near:finish("6869")
end)

t.run()
