-- A paused socket with nothing waiting ends when the peer does; with data waiting it does not.
local t = require("prelude")
local log, pair, each, watch, props, later = t.log, t.pair, t.each, t.watch, t.props, t.later

each({ "nothing", "data" }, function(name, next)
  pair("tcp", nil, function(near, far)
    local function tell(...)
      log(name, ...)
    end
    watch(tell, far, "data end finish close")
    far:pause()
    if name == "data" then
      near:finish("waits")
    else
      near:finish()
    end
    near:resume()
    later(function()
      tell("later", far:isPaused(), props(far, "readableLength readableEnded destroyed"))
      if name == "data" then
        far:resume()
      else
        next()
      end
    end, 30)
  end)
end)

t.run()
