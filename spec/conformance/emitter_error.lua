-- 'error' without a listener raises: an error object as it is, anything else wrapped.
local t = require("prelude")
local log, raises, says, EventEmitter = t.log, t.raises, t.says, t.EventEmitter

local e = EventEmitter()
local boom = t.error("boom")
says("error object", function() e:emit("error", boom) end)
raises("text", function() e:emit("error", "text") end)
raises("number", function() e:emit("error", 42) end)
raises("nothing", function() e:emit("error") end)
says("text", function() e:emit("error", "text") end)
e:on("error", function(x) log("heard", x) end)
log(e:emit("error", "text"))
log(e:emit("error", boom))

t.run()
