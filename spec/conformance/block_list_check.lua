-- Which addresses a rule applies to, also across the families.
local t = require("prelude")
local net, log = t.net, t.log

local asked = {
  { "1.1.1.1" }, { "1.1.1.1", "IPV4" }, { "1.1.1.2" }, { "200.1.1.1" },
  { "::ffff:1.1.1.1", "ipv6" }, { "::ffff:200.1.1.1", "ipv6" }, { "::1", "ipv6" },
  { "::2", "IPv6" }, { "::1.1.1.1", "ipv6" }, { "2001:db8::1", "ipv6" }, { "2001:db9::1", "ipv6" },
  { "1.1.1.1", "ipv6" }, { "::1" }, { "no" }, { "1.1.1.1", "ipv5" }, { "::1%lo", "ipv6" },
}
local function answers(label, fill)
  local list = net.BlockList()
  fill(list)
  local results = {}
  for i, each in ipairs(asked) do results[i] = list:check(each[1], each[2]) end
  log(label, results)
end
answers("nothing", function() end)
answers("address", function(list) list:addAddress("1.1.1.1") end)
answers("mapped address", function(list) list:addAddress("::ffff:1.1.1.1", "ipv6") end)
answers("address v6", function(list) list:addAddress("::1", "ipv6") end)
answers("range", function(list) list:addRange("1.1.1.2", "255.255.255.255") end)
answers("all v4", function(list) list:addRange("0.0.0.0", "255.255.255.255") end)
answers("mapped range", function(list)
  list:addRange("::ffff:1.1.1.1", "::ffff:1.1.1.1", "ipv6")
end)
answers("wide range", function(list) list:addRange("::", "2001:db8::ffff", "ipv6") end)
answers("subnet", function(list) list:addSubnet("1.1.1.1", 31) end)
answers("subnet /1", function(list) list:addSubnet("128.0.0.0", 1) end)
answers("subnet /0", function(list) list:addSubnet("9.9.9.9", 0) end)
answers("subnet v6", function(list) list:addSubnet("2001:db8::", 32, "ipv6") end)
answers("subnet v6 /0", function(list) list:addSubnet("::5", 0, "ipv6") end)
answers("mapped subnet", function(list) list:addSubnet("::ffff:1.0.0.0", 104, "ipv6") end)
answers("above mapped", function(list) list:addSubnet("::ffff:0:0", 90, "ipv6") end)
local v4 = net.SocketAddress({ address = "1.1.1.1" })
local v6 = net.SocketAddress({ address = "2001:db8::1", family = "ipv6" })
local mapped = net.SocketAddress({ address = "::ffff:2.2.2.2", family = "ipv6" })
answers("mixed", function(list) list:addRange(v4, v6) end)
answers("mixed back", function(list) list:addRange(v6, v4) end)
answers("mixed mapped", function(list) list:addRange(v4, mapped) end)
local list = net.BlockList()
list:addSubnet("2001:db8::", 32, "ipv6")
log(list:check(v4), list:check(v6), list:check(v6, "nonsense"))

t.run()
