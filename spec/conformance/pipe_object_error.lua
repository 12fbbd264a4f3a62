-- An error of the destination unpipes; without a listener it is raised.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later
local EventEmitter = t.EventEmitter

pair("tcp", nil, function(near, far)
  local dest = EventEmitter()
  function dest.write(_self, data)
    log("write", data)
    return true
  end
  watch(log, dest, "pipe unpipe error")
  far:pipe(dest)
  near:write("one")
  later(function()
    dest:emit("error", t.error("boom"))
    log("listeners", dest:listenerCount("error"), dest:listenerCount("drain"))
    log(props(far, "readableFlowing destroyed"))
    near:destroy()
    far:destroy()
  end, 20)
end)

t.run()
