-- Several megabytes: queued, then 'drain', the callbacks, 'finish'.
local t = require("prelude")
local log, pair, each, tape, watch, props = t.log, t.pair, t.each, t.tape, t.watch, t.props
local later = t.later

local block = t.fill("x", 8 * 1024 * 1024)
each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    local function tell(...)
      log(where, ...)
    end
    watch(tell, near, "drain finish close")
    tell(near:write(block, function(e) tell("callback 1", e) end), near.writableNeedDrain)
    tell(near:write("more", function(e) tell("callback 2", e) end), near.writableLength > 0)
    local total = 0
    far:on("data", function(data)
      total = total + #data
    end)
    far:on("end", function() tape(where .. " far")(total) end)
    near:on("drain", function()
      tell(props(near, "writableLength writableNeedDrain"))
      near:finish(function(e) tell("end callback", e) end)
    end)
    near:resume()
    near:on("close", function() later(next, 20) end)
  end)
end)

t.run()
