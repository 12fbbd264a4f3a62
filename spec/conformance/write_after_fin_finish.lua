-- The same once the socket ended itself.
local t = require("prelude")
local log, pair, watch, props = t.log, t.pair, t.watch, t.props

pair("tcp", nil, function(near, far)
  watch(log, near, "end finish close error")
  near:on("finish", function()
    log("write", near:write("later", function(e) log("callback", e) end))
    log(props(near, "writable writableEnded destroyed"))
  end)
  near:resume()
  far:finish()
  far:resume()
end)

t.run()
