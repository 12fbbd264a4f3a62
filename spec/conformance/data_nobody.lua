-- A socket that nobody reads: no 'end', no 'close'; resume() drops what came.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later

pair("tcp", nil, function(near, far)
  watch(log, far, "end finish close")
  near:finish("lost")
  near:resume()
  later(function()
    log("nobody reads", props(far, "readableLength readableFlowing bytesRead destroyed"))
    far:resume()
  end, 40)
end)

t.run()
