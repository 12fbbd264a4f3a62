-- utf16le: pairs of bytes and surrogate pairs are kept together.
local t = require("prelude")
local log, pair, each, later = t.log, t.pair, t.each, t.later

local packets = { "68", "00e9", "00", "3dd8", "00de2100" }
pair("tcp", nil, function(near, far)
  far:setEncoding("utf16le")
  far:on("data", function(data) log("data", data) end)
  far:on("end", function() log("end", far.readableEncoding) end)
  each(packets, function(packet, following)
    near:write(t.bytes(packet))
    if packet == "00de2100" then
      later(function() near:finish() end, 15)
    else
      later(following, 15)
    end
  end)
end)

t.run()
