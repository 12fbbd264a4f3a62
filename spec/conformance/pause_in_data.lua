-- pause() in 'data', resume() later: the rest comes then.
local t = require("prelude")
local log, pair, later = t.log, t.pair, t.later

pair("tcp", nil, function(near, far)
  local total = 0
  local paused = false
  local early = 0
  far:on("data", function(data)
    total = total + #data
    if paused then early = early + 1 end
    if not paused then
      paused = true
      far:pause()
      later(function()
        log("nothing came while paused", early)
        paused = false
        far:resume()
        far:removeAllListeners("data")
        far:on("data", function(more)
          total = total + #more
        end)
      end, 30)
    end
  end)
  far:on("end", function() log("total", total) end)
  near:finish(t.fill("x", 3000000))
  near:resume()
end)

t.run()
