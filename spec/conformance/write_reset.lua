-- The peer reset the connection: ECONNRESET while reading.
local t = require("prelude")
local log, pair, tape, watch = t.log, t.pair, t.tape, t.watch

pair("tcp", nil, function(near, far)
  watch(log, near, "data end finish close")
  near:on("error", function(e) log("error", e) end)
  far:resume()
  far:on("close", function(hadError) tape("far")("close", hadError) end)
  far:resetAndDestroy()
end)

t.run()
