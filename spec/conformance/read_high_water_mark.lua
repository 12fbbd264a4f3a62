-- A small readable high-water mark: the flow stops above it and goes on with read().
local t = require("prelude")
local log, pair, later = t.log, t.pair, t.later

pair("tcp", { far = { highWaterMark = 10 } }, function(near, far)
  log(far.readableHighWaterMark)
  near:write(t.fill("x", 30))
  later(function()
    log("waits", far.readableLength)
    near:write(t.fill("y", 30))
    later(function()
      log("still", far.readableLength, far.bytesRead)
      log(far:read(25))
      later(function()
        log("more", far.readableLength, far.bytesRead)
        local chunks = {}
        far:on("data", function(data) table.insert(chunks, data) end)
        far:on("end", function() log(t.join(chunks)) end)
        near:finish()
      end, 30)
    end, 30)
  end, 30)
end)

t.run()
