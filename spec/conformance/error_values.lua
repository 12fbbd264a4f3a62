-- How messages name the value that was refused: quotes, escapes, what is cut, numbers.
local t = require("prelude")
local net, says = t.net, t.says

local texts = { "", "x", "it's", '"', "a\"b'c", "`'\"", "a\nb\t\b\f\r\v\\", "\0\x1b\x7f",
  ("x"):rep(28), ("x"):rep(29), ("é"):rep(28), ("é"):rep(29), "it's " .. ("x"):rep(40), "\u{85}'",
  "it's\n\0", ("x"):rep(130), "'\"" .. ("x"):rep(130) }
local list = net.BlockList()
for _, text in ipairs(texts) do
  says("type", function() list:addSubnet("1.1.1.1", text) end)
  says("value", function() list:addAddress("1.1.1.1", text) end)
  says("port", function() net.connect({ port = text }) end)
end
local numbers = { -1, 1.5, 0 / 0, math.huge, -math.huge, 4294967296, 4294967297, 1e10, -1e15,
  123456789012, 1e20, 1e21, 1.5e300, 0.1, 1e-6, 1.5e-7, -1.25, 1e100 / 3, 2 ^ 53, 100000.5 }
local socket = net.Socket()
for _, number in ipairs(numbers) do
  says("type", function() list:addAddress(number) end)
  says("range", function() list:addSubnet("1.1.1.1", number) end)
  says("port", function() net.connect({ port = number }) end)
  says("value", function() net.Socket({ highWaterMark = number < 0 and number or -number }) end)
  says("delay", function() net.setDefaultAutoSelectFamilyAttemptTimeout(-math.abs(number)) end)
  says("msecs", function() socket:setTimeout(-math.abs(number)) end)
end
says("type", function() list:addAddress(-0.0) end)

t.run()
