-- What is no listener.
local t = require("prelude")
local log, raises, EventEmitter = t.log, t.raises, t.EventEmitter

local e = EventEmitter()
raises("nothing", function() e:on("x") end)
raises("text", function() e:on("x", "f") end)
raises("number", function() e:once("x", 7) end)
raises("table", function() e:prependListener("x", {}) end)
raises("prependOnce", function() e:prependOnceListener("x", true) end)
raises("off", function() e:off("x", "f") end)
raises("addListener", function() e:addListener("x") end)
raises("max text", function() e:setMaxListeners("x") end)
raises("max negative", function() e:setMaxListeners(-1) end)
log(e:eventNames())

t.run()
