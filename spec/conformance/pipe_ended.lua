-- pipe() from a socket that has ended already: the destination ends by a tick.
local t = require("prelude")
local log, pair, EventEmitter = t.log, t.pair, t.EventEmitter

pair("tcp", nil, function(near, far)
  local dest = EventEmitter()
  function dest.write(_self)
    log("never")
  end
  function dest.finish(_self)
    log("end")
  end
  far.allowHalfOpen = true
  far:on("end", function()
    far:pipe(dest)
    log("piped")
    far:finish()
  end)
  far:resume()
  near:finish()
  near:resume()
end)

t.run()
