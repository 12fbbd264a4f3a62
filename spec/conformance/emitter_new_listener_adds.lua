-- A listener that newListener adds comes before the one that caused it.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
e:once("newListener", function(name)
  if name == "x" then e:on("x", function() log("slipped in") end) end
end)
e:on("x", function() log("asked for") end)
e:emit("x")

t.run()
