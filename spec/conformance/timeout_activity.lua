-- Activity in either direction puts it off.
local t = require("prelude")
local log, pair, setTimeout, setInterval = t.log, t.pair, t.setTimeout, t.setInterval
local clearInterval = t.clearInterval

pair("tcp", nil, function(near, far)
  far:resume()
  near:resume()
  local timeouts = 0
  local function idle()
    timeouts = timeouts + 1
  end
  near:setTimeout(120, idle)
  far:setTimeout(120, idle)
  local count = 0
  local writer
  writer = setInterval(function()
    count = count + 1
    if count < 6 then
      near:write("x")
      return
    end
    clearInterval(writer)
    log("activity is over", timeouts)
    setTimeout(function()
      log("timeouts", timeouts)
      near:destroy()
      far:destroy()
    end, 250)
  end, 50)
end)

t.run()
