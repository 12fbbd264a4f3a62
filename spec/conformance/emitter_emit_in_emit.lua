-- emit() within a listener runs to its end first.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
local depth = 0
e:on("x", function()
  depth = depth + 1
  log("first", depth)
  if depth < 3 then e:emit("x") end
  log("first over", depth)
end)
e:on("x", function() log("second", depth) end)
e:once("x", function() log("once", depth) end)
e:emit("x")

t.run()
