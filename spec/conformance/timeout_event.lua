-- setTimeout: 'timeout' without activity, again and again, the socket stays open.
local t = require("prelude")
local log, pair, props = t.log, t.pair, t.props

pair("tcp", nil, function(near, far)
  local count = 0
  far:resume()
  near:resume()
  log("chains", near:setTimeout(30) == near, near.timeout)
  near:on("timeout", function()
    count = count + 1
    log("timeout", count, props(near, "destroyed readyState"))
    if count == 1 then
      near:write("activity")
    else
      near:finish()
    end
  end)
  near:on("close", function() log("close") end)
end)

t.run()
