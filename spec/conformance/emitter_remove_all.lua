-- removeAllListeners with and without an event.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
e:on("a", function() log("a") end)
e:on("b", function() log("b") end)
e:on("b", function() log("b2") end)
log(e:removeAllListeners("nothing") == e, e:eventNames())
log(e:removeAllListeners("a") == e, e:eventNames(), e:emit("a"))
log(e:removeAllListeners() == e, e:eventNames(), e:emit("b"))

t.run()
