-- allowHalfOpen is read when 'end' comes, so it can be set on an open socket.
local t = require("prelude")
local log, pair, tape, watch, later = t.log, t.pair, t.tape, t.watch, t.later

pair("tcp", nil, function(near, far)
  watch(tape("near"), near, "end finish close")
  watch(tape("far"), far, "end finish close")
  near:resume()
  far.allowHalfOpen = true
  log(near.allowHalfOpen, far.allowHalfOpen)
  far:on("end", function()
    later(function()
      log("writable", far.writable)
      far:finish()
    end, 20)
  end)
  far:resume()
  near:finish()
end)

t.run()
