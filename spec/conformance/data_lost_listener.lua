-- Without a listener a flowing socket loses its data.
local t = require("prelude")
local log, pair, props, later = t.log, t.pair, t.props, t.later

pair("tcp", nil, function(near, far)
  local chunks = {}
  local function f(data)
    table.insert(chunks, data)
  end
  far:on("data", f)
  near:write("one ")
  later(function()
    far:off("data", f)
    log(props(far, "readableFlowing"), far:listenerCount("data"))
    near:write("two ")
    later(function()
      far:on("data", f)
      near:finish("three")
    end, 20)
  end, 20)
  far:on("end", function() log("received", t.join(chunks)) end)
end)

t.run()
