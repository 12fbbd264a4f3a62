-- A program may emit the library's own events: listeners hear them, nothing else happens.
local t = require("prelude")
local log, pair, props = t.log, t.pair, t.props

pair("tcp", nil, function(near, far)
  near:on("timeout", function() log("timeout") end)
  near:on("lookup", function(a) log("lookup", a) end)
  log(near:emit("timeout"), near:emit("lookup", "mine"), near:emit("nothing"))
  near:on("error", function(e) log("error", e.message) end)
  near:emit("error", t.error("mine"))
  log(props(near, "destroyed errored"))
  near:destroy()
  far:destroy()
end)

t.run()
