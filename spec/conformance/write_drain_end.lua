-- finish() right after the big write: no 'drain' then.
local t = require("prelude")
local log, pair, watch, props = t.log, t.pair, t.watch, t.props

local block = t.fill("x", 8 * 1024 * 1024)
pair("tcp", nil, function(near, far)
  watch(log, near, "drain finish close")
  log(near:write(block, function(e) log("callback", e) end))
  near:finish("last", function(e) log("end callback", e) end)
  log(props(near, "writableNeedDrain writableEnded"))
  far:resume()
  near:resume()
end)

t.run()
