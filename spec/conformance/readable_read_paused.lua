-- read() without any listener: pulls what waits.
local t = require("prelude")
local log, pair, watch, props, later = t.log, t.pair, t.watch, t.props, t.later

pair("tcp", nil, function(near, far)
  watch(log, far, "end close")
  log("read", far:read())
  near:write("hello world")
  later(function()
    log(props(far, "readableLength bytesRead readableFlowing"))
    log("read(5)", far:read(5))
    log("read(100)", far:read(100))
    log("read()", far:read(), far.readableLength)
    log("read()", far:read())
    near:finish("more")
    later(function()
      log(props(far, "readableLength bytesRead"))
      log("read(100)", far:read(100))
      log("read()", far:read())
    end, 20)
  end, 20)
end)

t.run()
