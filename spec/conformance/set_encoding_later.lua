-- setEncoding with data already waiting, and between two chunks.
local t = require("prelude")
local log, pair, props, later = t.log, t.pair, t.props, t.later

pair("tcp", nil, function(near, far)
  far:pause()
  near:write(t.bytes("c3a9"))
  later(function()
    far:setEncoding("hex")
    log(props(far, "readableEncoding readableLength"))
    far:on("data", function(data) log("data", data) end)
    far:resume()
    later(function()
      near:finish("xyz")
    end, 20)
  end, 20)
  far:on("end", function() log("end") end)
end)

t.run()
