-- setInterval until it is cleared, from inside.
local t = require("prelude")
local log, setInterval, clearInterval = t.log, t.setInterval, t.clearInterval

local count = 0
local interval
interval = setInterval(function(text)
  count = count + 1
  log("interval", count, text)
  if count == 3 then clearInterval(interval) end
end, 10, "text")

t.run()
