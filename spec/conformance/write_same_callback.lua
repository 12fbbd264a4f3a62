-- The same function as callback of several writes in a row.
local t = require("prelude")
local log, pair, setImmediate, nextTick = t.log, t.pair, t.setImmediate, t.nextTick

pair("tcp", nil, function(near, far)
  far:resume()
  local count = 0
  local function done(e)
    count = count + 1
    log("done", count, e)
  end
  near:write("a", done)
  near:write("b", done)
  nextTick(function() log("tick") end)
  near:write("c", done)
  near:write("d", function(e) log("other", e) end)
  near:write("e", done)
  setImmediate(function()
    log("immediate")
    near:destroy()
    far:destroy()
  end)
end)

t.run()
