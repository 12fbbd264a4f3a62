-- Raised in ticks, immediates and timers: the others still run.
local t = require("prelude")
local log, setTimeout, setImmediate, nextTick = t.log, t.setTimeout, t.setImmediate, t.nextTick

nextTick(function()
  log("tick 1")
  error(t.error("in a tick"), 0)
end)
nextTick(function() log("tick 2") end)
setImmediate(function()
  log("immediate 1")
  error(t.error("in an immediate"), 0)
end)
setImmediate(function() log("immediate 2") end)
setTimeout(function()
  log("timer 1")
  error(t.error("in a timer"), 0)
end, 100)
setTimeout(function() log("timer 2") end, 200)

t.run()
