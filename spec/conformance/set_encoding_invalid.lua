-- Bytes that are no UTF-8 become U+FFFD, an unfinished character at the end too.
local t = require("prelude")
local log, pair, each, setImmediate = t.log, t.pair, t.each, t.setImmediate

local texts = {
  "ff", "c328", "e28228", "f09f98", "c0af",
  "eda080", "f4908080", "61e282", "80bf", "f8888080",
}
each(texts, function(text, next)
  pair("tcp", nil, function(near, far)
    local chunks = {}
    far:setEncoding("utf8")
    far:on("data", function(data) table.insert(chunks, data) end)
    far:on("end", function()
      log(text, t.join(chunks))
      setImmediate(next)
    end)
    near:finish(t.bytes(text))
  end)
end)

t.run()
