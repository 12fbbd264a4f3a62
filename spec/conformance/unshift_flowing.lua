-- unshift() in 'data': the bytes come again.
local t = require("prelude")
local log, pair, props, later = t.log, t.pair, t.props, t.later

pair("tcp", nil, function(near, far)
  local count = 0
  far:on("data", function(data)
    count = count + 1
    log("data", data)
    if count == 1 then
      far:pause()
      far:unshift("again")
      log(props(far, "readableLength bytesRead"))
      later(function() far:resume() end, 20)
    end
  end)
  far:on("end", function()
    log("end")
    far:on("error", function(e) log("error", e.code) end)
    far:unshift("too late")
  end)
  near:write("first")
  later(function() near:finish("last") end, 60)
end)

t.run()
