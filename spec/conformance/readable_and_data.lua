-- 'data' with 'readable': read() emits 'data', the socket does not flow.
local t = require("prelude")
local log, pair, watch, later = t.log, t.pair, t.watch, t.later

pair("tcp", nil, function(near, far)
  far:on("data", function(data) log("data", data) end)
  far:on("readable", function()
    log("readable", far.readableFlowing)
    local data = far:read()
    log("read", data)
  end)
  watch(log, far, "end close")
  near:write("one")
  later(function() near:finish("two") end, 20)
end)

t.run()
