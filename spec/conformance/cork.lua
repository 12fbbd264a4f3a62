-- cork() gathers, uncork() as often as cork() sends.
local t = require("prelude")
local log, pair, tape, watch, props, later = t.log, t.pair, t.tape, t.watch, t.props, t.later
local nextTick = t.nextTick

pair("tcp", nil, function(near, far)
  local names = "writableCorked writableLength bytesWritten"
  watch(tape("far"), far, "data end")
  near:cork()
  near:cork()
  log(near:write("one ", function(e) log("callback 1", e) end), props(near, names))
  log(near:write("two ", function(e) log("callback 2", e) end), props(near, names))
  near:uncork()
  log(props(near, names))
  later(function()
    log("still corked", props(near, names))
    near:uncork()
    log(props(near, names))
    nextTick(function() log("tick") end)
    later(function()
      near:cork()
      near:write("three ")
      near:finish("four", function() log("end callback") end)
      log(props(near, names))
    end, 20)
  end, 20)
end)

t.run()
