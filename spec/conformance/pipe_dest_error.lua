-- An error of a destination undoes the pipe; when nobody hears it, it is still an uncaught one.
local t = require("prelude")
local log, pair, watch, later = t.log, t.pair, t.watch, t.later

local function one(label, prepare, next)
  pair("tcp", nil, function(a, b)
    pair("tcp", nil, function(c, d)
      watch(function(...) log(label, "dest", ...) end, c, "pipe unpipe finish close")
      watch(function(...) log(label, "source", ...) end, b, "pause resume end")
      prepare(c)
      b:pipe(c)
      later(function()
        c:destroy(t.error(label))
        later(function()
          log(label, b.readableFlowing, b:listenerCount("data"), b:listenerCount("end"))
          for _, each in ipairs({ a, b, c, d }) do
            each:destroy()
          end
          later(next, 20)
        end, 20)
      end, 20)
    end)
  end)
end

one("heard", function(c) c:on("error", function(e) log("error", e.message) end) end, function()
  one("unheard", function() end, function() log("done") end)
end)

t.run()
