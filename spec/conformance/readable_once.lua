-- once('readable') and then nothing: the data waits.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later

pair("tcp", nil, function(near, far)
  watch(log, far, "end close")
  far:once("readable", function() log("readable", far.readableLength) end)
  near:write("one")
  later(function()
    log(props(far, "readableLength readableFlowing"))
    far:once("readable", function() log("again", far:read()) end)
    near:finish("two")
    later(function()
      log(props(far, "readableLength readableFlowing readableEnded"))
      far:resume()
    end, 20)
  end, 20)
end)

t.run()
