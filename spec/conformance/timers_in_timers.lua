-- A timer made in a timer of the same time waits for another turn.
local t = require("prelude")
local log, setTimeout, setImmediate = t.log, t.setTimeout, t.setImmediate

setTimeout(function()
  log("a")
  setTimeout(function() log("c") end, 0)
  setImmediate(function() log("immediate of a") end)
end, 10)
setTimeout(function()
  setTimeout(function() log("later") end, 30)
  setTimeout(function() log("sooner") end, 15)
end, 30)

t.run()
