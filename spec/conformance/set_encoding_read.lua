-- read(n) with an encoding set.
local t = require("prelude")
local log, pair = t.log, t.pair

pair("tcp", nil, function(near, far)
  far:setEncoding("hex")
  far:on("readable", function()
    log("readable", far.readableLength)
    log("read(3)", far:read(3))
    log("read(3)", far:read(3))
    log("read()", far:read())
  end)
  far:on("end", function() log("end") end)
  near:finish("abcdef")
end)

t.run()
