-- Timers by time, then by the order they were made; arguments; clear in time.
local t = require("prelude")
local log, setTimeout, setImmediate = t.log, t.setTimeout, t.setImmediate
local clearTimeout, clearImmediate, nextTick = t.clearTimeout, t.clearImmediate, t.nextTick

setTimeout(function() log("300") end, 300)
setTimeout(function(a, b) log("150 first", a, b) end, 150, "a", "b")
setTimeout(function() log("150 second") end, 150)
local cleared = setTimeout(function() log("never") end, 100)
clearTimeout(cleared)
clearTimeout(cleared)
local other = setTimeout(function() log("never") end, 200)
setTimeout(function()
  log("50")
  clearTimeout(other)
  nextTick(function() log("tick of 50") end)
end, 50)
local immediate = setImmediate(function() log("never") end)
clearImmediate(immediate)
log("script")

t.run()
