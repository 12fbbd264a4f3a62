-- once(): removed before it runs; off() finds it; raising does not bring it back.
local t = require("prelude")
local log, raises, EventEmitter = t.log, t.raises, t.EventEmitter

local e = EventEmitter()
local function f()
  log("f", e:listenerCount("x"))
end
e:once("x", f)
log(e:listenerCount("x"), e:listeners("x")[1] == f, e:rawListeners("x")[1] == f)
e:emit("x")
e:once("x", f)
e:off("x", f)
log(e:emit("x"))
e:once("x", function()
  log("raises")
  error(t.error("boom"), 0)
end)
e:on("x", function() log("after") end)
raises("emit", function() e:emit("x") end)
log(e:emit("x"))

t.run()
