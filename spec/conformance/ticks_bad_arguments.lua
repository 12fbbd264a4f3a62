-- What the timers and nextTick refuse.
local t = require("prelude")
local raises, setTimeout, setInterval = t.raises, t.setTimeout, t.setInterval
local setImmediate, clearTimeout, clearInterval = t.setImmediate, t.clearTimeout, t.clearInterval
local clearImmediate, nextTick = t.clearImmediate, t.nextTick

raises("nextTick", function() nextTick("x") end)
raises("nextTick nothing", function() nextTick() end)
raises("setTimeout", function() setTimeout("x", 1) end)
raises("setTimeout nothing", function() setTimeout() end)
raises("setInterval", function() setInterval(7, 1) end)
raises("setImmediate", function() setImmediate({}) end)
raises("clearTimeout nothing", function() clearTimeout() end)
raises("clearInterval nothing", function() clearInterval(nil) end)
raises("clearImmediate nothing", function() clearImmediate() end)

t.run()
