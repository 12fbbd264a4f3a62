-- What each packet gives when characters are split: never half a character.
local t = require("prelude")
local log, pair, each, later, setImmediate = t.log, t.pair, t.each, t.later, t.setImmediate

local packets = { "68c3", "a9e2", "82", "acf0", "9f", "98", "8021" }
each({ "utf8", "hex", "base64", "latin1" }, function(name, next)
  pair("tcp", { near = { noDelay = true } }, function(near, far)
    far:setEncoding(name)
    far:on("data", function(data) log(name, "data", data) end)
    far:on("end", function()
      log(name, "end")
      setImmediate(next)
    end)
    each(packets, function(packet, following)
      near:write(t.bytes(packet))
      if packet == "8021" then
        later(function() near:finish() end, 15)
      else
        later(following, 15)
      end
    end)
  end)
end)

t.run()
