-- The program ends when nothing that is ref'd is left.
local t = require("prelude")
local net, log, setTimeout, setInterval = t.net, t.log, t.setTimeout, t.setInterval
local setImmediate = t.setImmediate

local server = net.createServer()
server:listen(0, function()
  server:unref()
  log("listening")
end)
local timer = setTimeout(function() log("never") end, 5000)
timer:unref()
local interval = setInterval(function() log("never") end, 5000)
interval:unref()
setImmediate(function() log("immediate") end)

t.run()
