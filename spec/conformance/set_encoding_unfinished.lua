-- What is left of a hex pair, a base64 triple, a character when the peer ends.
local t = require("prelude")
local log, pair, each, setImmediate = t.log, t.pair, t.each, t.setImmediate

local ways = {
  { "base64", "616263" },
  { "base64", "61626364" },
  { "base64url", "fbff" },
  { "utf8", "e282" },
  { "utf16le", "6100d8" },
}
each(ways, function(way, next)
  pair("tcp", nil, function(near, far)
    far:setEncoding(way[1])
    far:on("data", function(data) log(way[1], "data", data) end)
    far:on("end", function()
      log(way[1], "end")
      setImmediate(next)
    end)
    near:finish(t.bytes(way[2]))
  end)
end)

t.run()
