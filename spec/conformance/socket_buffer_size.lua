-- bufferSize and writableLength with what the kernel did not take.
local t = require("prelude")
local log, pair, props, later = t.log, t.pair, t.props, t.later

local block = t.fill("x", 8 * 1024 * 1024)
pair("tcp", nil, function(near, far)
  far:pause()
  near:write(block)
  near:write("1234")
  local queued = near.bufferSize
  log(queued > 0, queued == near.writableLength, near.bytesWritten == 8 * 1024 * 1024 + 4)
  near:on("drain", function()
    log("drain", props(near, "bufferSize writableLength bytesWritten"))
    near:destroy()
    log("destroyed", props(near, "bufferSize writableLength bytesWritten"))
  end)
  later(function() far:resume() end, 20)
end)

t.run()
