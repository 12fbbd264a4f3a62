-- One source, two destinations: the slower one sets the pace.
local t = require("prelude")
local log, pair, later, EventEmitter = t.log, t.pair, t.later, t.EventEmitter

pair("tcp", nil, function(near, far)
  local function make(name)
    local dest = EventEmitter()
    function dest.write(_self, data)
      log(name, "write", data)
      return name == "fast"
    end
    function dest.finish(_self)
      log(name, "end")
    end
    return dest
  end
  local fast = make("fast")
  local slow = make("slow")
  far:pipe(fast)
  far:pipe(slow)
  near:write("one")
  later(function()
    near:write("two")
    later(function()
      log("paused", far:isPaused())
      slow:emit("drain")
      later(function()
        log("paused", far:isPaused())
        far:unpipe(slow)
        log("unpiped the slow one", far:isPaused())
        near:finish("three")
      end, 20)
    end, 20)
  end, 20)
end)

t.run()
