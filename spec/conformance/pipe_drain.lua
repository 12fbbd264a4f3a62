-- Back-pressure between sockets: a big source through a slow reader, whole.
local t = require("prelude")
local log, pair, later = t.log, t.pair, t.later

local block = t.fill("y", 6 * 1024 * 1024)
pair("tcp", nil, function(a, b)
  pair("tcp", nil, function(c, d)
    b:pipe(c)
    a:finish(block)
    a:resume()
    c:resume()
    local total = 0
    later(function()
      log("written so far is less", c.bytesWritten < 6 * 1024 * 1024)
      d:on("data", function(data)
        total = total + #data
      end)
      d:on("end", function() log("total", total, b.bytesRead, c.bytesWritten) end)
    end, 100)
  end)
end)

t.run()
