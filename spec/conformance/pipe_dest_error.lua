-- An error of a destination undoes the pipe; when nobody hears it, it is still an uncaught one.
local t = require("prelude")
local log, pair, watch, later = t.log, t.pair, t.watch, t.later

local function one(label, prepare, fail, next)
  pair("tcp", nil, function(a, b)
    pair("tcp", nil, function(c, d)
      watch(function(...) log(label, "dest", ...) end, c, "pipe unpipe finish close")
      watch(function(...) log(label, "source", ...) end, b, "pause resume end")
      prepare(c)
      b:pipe(c)
      later(function()
        fail(c, t.error(label))
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

local function hear(c)
  c:on("error", function(e) log("error", e.message) end)
end

local function ignore() end
local function destroy(c, e) c:destroy(e) end
local function emit(c, e) c:emit("error", e) end

one("heard", hear, destroy, function()
  one("unheard", ignore, destroy, function()
    one("emitted", ignore, emit, function() log("done") end)
  end)
end)

t.run()
