-- 'close' and 'finish' of the destination unpipe too.
local t = require("prelude")
local log, pair, each, watch, props, later = t.log, t.pair, t.each, t.watch, t.props, t.later
local EventEmitter = t.EventEmitter

each({ "close", "finish" }, function(name, next)
  pair("tcp", nil, function(near, far)
    local dest = EventEmitter()
    function dest.write(_self, data)
      log(name, "write", data)
      return true
    end
    watch(function(...) log(name, ...) end, dest, "pipe unpipe")
    far:pipe(dest)
    near:write("one")
    later(function()
      dest:emit(name)
      log(name, "listeners", dest:listenerCount("finish"), dest:listenerCount("close"))
      near:write("two")
      later(function()
        log(name, props(far, "readableFlowing readableLength"))
        near:destroy()
        far:destroy()
        next()
      end, 20)
    end, 20)
  end)
end)

t.run()
