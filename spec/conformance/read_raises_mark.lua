-- read(n) beyond the high-water mark raises the mark.
local t = require("prelude")
local log, pair, later = t.log, t.pair, t.later

pair("tcp", { far = { highWaterMark = 4 } }, function(near, far)
  log(far.readableHighWaterMark)
  near:write("0123456789")
  later(function()
    log(far.readableLength, far:read(20), far.readableHighWaterMark)
    near:write("abcdefghijklmn")
    later(function()
      log(far.readableLength, far:read(20), far.readableLength)
      near:destroy()
      far:destroy()
    end, 30)
  end, 30)
end)

t.run()
