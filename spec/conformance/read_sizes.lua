-- What read() takes for a number of bytes, and what not.
local t = require("prelude")
local log, net, raises = t.log, t.net, t.raises

local sizes = { 1, 3, "2", 1.9, 0, -1, "x", "", false, true, {}, math.huge, -math.huge, 6, 7, 100 }
for i, size in ipairs(sizes) do
  local s = net.Socket()
  s:unshift("def")
  s:unshift("abc")
  log(i, s:read(size), s.readableLength, s:read(1))
end

for _, size in ipairs({ 2 ^ 30 + 1, 1e12 }) do
  local s = net.Socket()
  s:unshift("abc")
  raises("large", function() s:read(size) end)
  log(s.readableLength, s.readableHighWaterMark)
end

t.run()
