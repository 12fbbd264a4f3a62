-- destroy() in the callback of a write and of finish().
local t = require("prelude")
local log, pair, each, tape, watch, later = t.log, t.pair, t.each, t.tape, t.watch, t.later

each({ "write", "finish" }, function(name, next)
  pair("tcp", nil, function(near, far)
    watch(function(event, value) log(name .. ":", event, value) end, near, "end finish close error")
    far:on("data", function(data) tape(name .. " far")(data) end)
    if name == "write" then
      near:write("x", function() near:destroy() end)
    else
      near:finish("x", function() near:destroy() end)
    end
    near:on("close", function() later(next, 20) end)
  end)
end)

t.run()
