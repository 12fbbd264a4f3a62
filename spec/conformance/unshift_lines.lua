-- A parser that takes a line of each 'data' and puts the rest back, for some hundred lines.
local t = require("prelude")
local log, pair = t.log, t.pair

pair("unix", nil, function(near, far)
  local lines = 0
  local sum = 0
  far:on("data", function(text)
    local at = text:find("\n", 1, true)
    lines = lines + 1
    sum = sum + tonumber(text:sub(1, at - 1))
    if lines % 50 == 1 then log("line", text:sub(1, at - 1), far.readableLength) end
    if at < #text then far:unshift(text:sub(at + 1)) end
  end)
  far:on("end", function() log("end", lines, sum, far.readableLength) end)
  local text = {}
  for i = 1, 400 do text[i] = i .. "\n" end
  near:finish(table.concat(text))
end)

t.run()
