-- The user's own object as destination: an emitter with write and end.
local t = require("prelude")
local log, pair, watch, later, EventEmitter = t.log, t.pair, t.watch, t.later, t.EventEmitter

pair("tcp", nil, function(near, far)
  local dest = EventEmitter()
  local refuse = true
  function dest.write(_self, data)
    log("write", data)
    if refuse then
      refuse = false
      later(function()
        log("drain now", far:isPaused())
        dest:emit("drain")
        later(function() near:finish("three") end, 20)
      end, 60)
      return false
    end
    return true
  end
  function dest.finish(_self)
    log("end")
    dest:emit("finish")
  end
  watch(log, dest, "pipe unpipe finish")
  log(far:pipe(dest) == dest)
  near:write("one")
  later(function() near:write("two") end, 15)
  near:resume()
end)

t.run()
