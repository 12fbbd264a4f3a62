-- An error that nobody catches ends the program with 1.
local t = require("prelude")
local log, setTimeout, nextTick = t.log, t.setTimeout, t.nextTick

setTimeout(function() log("never") end, 50)
nextTick(function()
  log("tick")
  error(t.error("boom"), 0)
end)
