-- What was added, the newest first, in node's words.
local t = require("prelude")
local net, log = t.net, t.log

local list = net.BlockList()
log(list.rules)
list:addAddress("123.123.123.123")
list:addAddress("123.123.123.123")
list:addRange("10.0.0.1", "10.0.0.10")
list:addRange("10.0.0.1", "10.0.0.1", "IPv4")
list:addSubnet("10.1.2.3", 8)
list:addSubnet("0.0.0.0", 0)
list:addAddress("::FFFF:1.2.3.4", "IPv6")
list:addRange("::1", "2001:DB8::1", "ipv6")
list:addSubnet("8592:757c:efae:4e45::", 64, "ipv6")
list:addSubnet("FE80::1", 128, "IPV6")
list:addAddress(net.SocketAddress({ address = "1.1.1.1", port = 80 }))
list:addSubnet(net.SocketAddress({ family = "ipv6" }), 8)
log(list.rules)

t.run()
