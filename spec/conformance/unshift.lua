-- unshift() puts data back in front.
local t = require("prelude")
local log, pair, watch, later = t.log, t.pair, t.watch, t.later

pair("tcp", nil, function(near, far)
  local first = true
  far:on("readable", function()
    local data = far:read(3)
    while data ~= nil do
      log("read", data)
      if first then
        first = false
        far:unshift("ABC")
        log("unshifted", far.readableLength)
      end
      data = far:read(3)
    end
  end)
  watch(log, far, "end close")
  near:write("abcdef")
  later(function() near:finish("gh") end, 20)
end)

t.run()
