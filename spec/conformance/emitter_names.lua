-- eventNames in the order of first use; names of any text.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
local function f()
  log("f")
end
for _, name in ipairs({ "z", "a", "", "with space", "a", "é" }) do
  e:on(name, f)
end
log(e:eventNames())
e:removeAllListeners("a")
e:on("a", f)
log(e:eventNames())
log(e:emit(""), e:emit("é"))
log(#e:listeners("a"), #e:listeners("none"), #e:rawListeners("z"))

t.run()
