-- ref, unref, hasRef, refresh, close.
local t = require("prelude")
local log, setTimeout, setInterval = t.log, t.setTimeout, t.setInterval
local setImmediate = t.setImmediate

local timer = setTimeout(function() log("never") end, 5000)
log(timer:hasRef(), timer:unref() == timer, timer:hasRef(), timer:ref() == timer, timer:hasRef())
log(timer:close() == timer)
local immediate = setImmediate(function() log("immediate") end)
log(immediate:hasRef(), immediate:unref() == immediate, immediate:hasRef())
log(immediate:ref() == immediate, immediate:hasRef())
local refreshed = setTimeout(function() log("refreshed") end, 60)
setTimeout(function() log(refreshed:refresh() == refreshed) end, 40)
setTimeout(function() log("before the refreshed one") end, 80)
local idle = setInterval(function() log("never") end, 5000)
idle:unref()

t.run()
