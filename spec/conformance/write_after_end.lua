-- A write after finish(): callback and 'error' with ERR_STREAM_WRITE_AFTER_END, destroyed.
local t = require("prelude")
local log, pair, watch, props, nextTick = t.log, t.pair, t.watch, t.props, t.nextTick

pair("tcp", nil, function(near, far)
  watch(log, near, "finish end close error")
  far:resume()
  near:resume()
  near:finish("x")
  nextTick(function() log("tick before") end)
  log("write", near:write("y", function(e) log("callback", e) end))
  nextTick(function() log("tick after") end)
  log(props(near, "destroyed writable errored"))
end)

t.run()
