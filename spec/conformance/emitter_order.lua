-- Listeners run in the order they were added; prepended ones first; once only once.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
log("nobody", e:emit("x", 1))
log("chains", e:on("x", function(a, b) log("first", a, b) end) == e)
e:addListener("x", function() log("second") end)
e:once("x", function(a) log("once", a) end)
e:prependListener("x", function() log("prepended") end)
e:prependOnceListener("x", function() log("prepended once") end)
log(e:emit("x", 1, 2))
log(e:emit("x", "again"))
log(e:emit("x"))
log(e:listenerCount("x"), e:listenerCount("y"), e:eventNames())

t.run()
