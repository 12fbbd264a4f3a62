-- newListener before a listener is added, removeListener after one went.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
local function f()
  log("f")
end
local function g()
  log("g")
end
e:on("newListener", function(name, listener)
  log("newListener", name, listener == f, listener == g, e:listenerCount(name))
end)
e:on("removeListener", function(name, listener)
  log("removeListener", name, listener == f, listener == g, e:listenerCount(name))
end)
e:on("x", f)
e:once("x", g)
e:prependListener("x", g)
e:emit("x")
e:off("x", g)
e:off("x", g)
e:removeAllListeners("x")
e:on("x", f)
e:removeAllListeners()
log(e:eventNames())
e:on("x", f)

t.run()
