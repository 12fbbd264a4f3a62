-- Addresses with a zone in SocketAddress and BlockList, and other text that libuv takes.
local t = require("prelude")
local net, log, raises = t.net, t.log, t.raises

local texts = { "fe80::1%lo", "fe80::1%l_o", "fe80::1%1", "fe80::1%", "fe80::1%none", "fe80::1% x",
  "fe80::1%a%b", "::1%lo", "10.0.0.1%lo", "::ffff:10.0.0.1%lo", "%lo", "fe80::1 %lo",
  "fe80::1%" .. ("x"):rep(300), "fe80::1%lo\0x", "fe80::1\0", "10.0.0.1\0x" }
for _, text in ipairs(texts) do
  log("--", text, net.isIP(text))
  for _, family in ipairs({ "ipv4", "ipv6" }) do
    raises("SocketAddress", function()
      local address = net.SocketAddress({ address = text, family = family })
      log(address.address, address.family, address.port)
    end)
    raises("addAddress", function()
      local list = net.BlockList()
      list:addAddress(text, family)
      log(list.rules, list:check(text, family), list:check("fe80::1", "ipv6"))
    end)
    raises("addSubnet", function()
      local list = net.BlockList()
      list:addSubnet(text, 8, family)
      log(list.rules, list:check(text, family), list:check("fe80::1%eth7", "ipv6"))
    end)
    raises("addRange", function()
      local list = net.BlockList()
      list:addRange(text, text, family)
      log(list.rules, list:check(text, family))
    end)
  end
  local list = net.BlockList()
  list:addAddress("fe80::1", "ipv6")
  list:addAddress("10.0.0.1")
  log(list:check(text, "ipv6"), list:check(text))
end
