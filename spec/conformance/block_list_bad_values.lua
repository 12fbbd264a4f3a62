-- Values of every kind in every place of a BlockList.
local t = require("prelude")
local net, log, says = t.net, t.log, t.says

local list = net.BlockList()
local values = {
  false, true, 0, 1, 1.5, -1, 0 / 0, math.huge, 1e300, "", "x", "a\nb", "it's", "1.1.1.1", "::1",
  "ipv4", "IPv6", 32, 33, 128, 129,
}
for _, value in ipairs(values) do
  says("address", function() list:addAddress(value) end)
  says("family", function() list:addAddress("1.1.1.1", value) end)
  says("family", function() list:addAddress("::1", value) end)
  says("start", function() list:addRange(value, "1.1.1.2") end)
  says("end", function() list:addRange("1.1.1.1", value) end)
  says("family", function() list:addRange("1.1.1.1", "1.1.1.2", value) end)
  says("network", function() list:addSubnet(value, 8) end)
  says("prefix", function() list:addSubnet("1.1.1.1", value) end)
  says("prefix", function() list:addSubnet("::1", value, "ipv6") end)
  says("family", function() list:addSubnet("1.1.1.1", 8, value) end)
  says("check", function() log(list:check(value)) end)
  says("check", function() log(list:check("1.1.1.1", value)) end)
end
local address = net.SocketAddress({ address = "5.5.5.5", port = 7 })
local mapped = net.SocketAddress({ address = "::ffff:9.1.1.1", family = "ipv6", flowlabel = 3 })
says("order", function() list:addRange(address, "1.1.1.1") end)
says("order", function() list:addRange("9.9.9.9", address) end)
says("order", function() list:addRange("::ffff:9.9.9.9", "::ffff:1.1.1.1", "ipv6") end)
says("order", function() list:addRange(mapped, address) end)
says("no family", function() list:addAddress(address, 5) end)
says("no family", function() list:addRange(address, address, 5) end)
says("no family", function() list:addSubnet(address, 8, 5) end)
says("no family", function() list:addSubnet(address, 33, "ipv6") end)
says("no family", function() log(list:check(address, 5)) end)
log(list.rules)

t.run()
