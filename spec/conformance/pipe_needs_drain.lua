-- A full destination holds the source when the pipe is made; one that ends already does not.
local t = require("prelude")
local log, pair, later = t.log, t.pair, t.later

local function one(label, prepare, next)
  pair("tcp", nil, function(a, b)
    pair("tcp", nil, function(c, d)
      d:pause()
      repeat until not c:write(t.fill("x", 1000000))
      prepare(c)
      log(label, c.writableNeedDrain)
      b:pipe(c)
      log(label, b:isPaused(), b.readableFlowing, c:listenerCount("drain"))
      d:resume()
      later(function()
        log(label, b:isPaused(), b.readableFlowing)
        for _, each in ipairs({ a, b, c, d }) do each:destroy() end
        later(next, 20)
      end, 100)
    end)
  end)
end

one("full", function() end, function()
  one("ending", function(c) c:finish() end, function()
    log("done")
  end)
end)

t.run()
