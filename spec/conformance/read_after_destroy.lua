-- read(), pause(), resume(), setEncoding() and the like on a destroyed socket.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later

pair("tcp", nil, function(near, far)
  watch(log, far, "data end close pause resume error")
  far:pause()
  near:write("lost")
  later(function()
    far:destroy()
    log("read", far:read(), props(far, "readableLength"))
    log(far:resume() == far, far:pause() == far, far:setEncoding("utf8") == far)
    far:on("close", function()
      log("read", far:read())
      log(far:resume() == far)
      near:destroy()
    end)
  end, 20)
  near:on("error", function() near:destroy() end)
end)

t.run()
