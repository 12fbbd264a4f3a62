-- nextTick, setImmediate: order, nesting, arguments.
local t = require("prelude")
local log, setImmediate, nextTick = t.log, t.setImmediate, t.nextTick

setImmediate(function()
  log("immediate 1")
  nextTick(function() log("tick in immediate 1") end)
  setImmediate(function() log("immediate of immediate 1") end)
end)
setImmediate(function(a, b) log("immediate 2", a, b) end, "a", nil)
nextTick(function(a, b, c)
  log("tick 1", a, b, c)
  nextTick(function() log("tick of tick 1") end)
end, 1, nil, "c")
nextTick(function() log("tick 2") end)
log("script")

t.run()
