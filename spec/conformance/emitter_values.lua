-- Any values go through emit, nil in the middle too.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
e:on("x", function(a, b, c, d, f) log(a, b, c, d, f) end)
e:emit("x")
e:emit("x", nil, 2)
e:emit("x", false, nil, "c", 4.5, true)
e:emit("x", { 1, 2 }, { a = 1 }, e)

t.run()
