-- A listener removed during emit still gets that event, one that was added does not.
local t = require("prelude")
local log, EventEmitter = t.log, t.EventEmitter

local e = EventEmitter()
local function late()
  log("late")
end
local function victim()
  log("victim")
end
e:on("x", function()
  log("first")
  e:off("x", victim)
  e:on("x", late)
end)
e:on("x", victim)
e:emit("x")
log("second round")
e:emit("x")
e:removeAllListeners("x")
e:on("y", function()
  log("y")
  e:removeAllListeners()
end)
e:on("y", function() log("still y") end)
e:emit("y")
log(e:emit("y"))

t.run()
