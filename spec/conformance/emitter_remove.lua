-- off() takes the listener that was added last; unknown ones are ignored.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
local function f()
  log("f")
end
local function g()
  log("g")
end
e:on("x", f)
e:on("x", g)
e:on("x", f)
log(e:off("x", f) == e, e:listenerCount("x"))
e:emit("x")
log(e:removeListener("x", function() log("never") end) == e, e:listenerCount("x"))
e:off("y", f)
e:off("x", f)
e:off("x", f)
e:emit("x")
log(e:off("x", g):listenerCount("x"), e:emit("x"), e:eventNames())

t.run()
