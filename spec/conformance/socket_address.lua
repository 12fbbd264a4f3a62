-- Fields, defaults and errors of SocketAddress. Left out: what ends v20's process (a port that is a
-- string, an IPv6 flow label of more than 20 bits).
local t = require("prelude")
local net, log, says = t.net, t.log, t.says

local function show(options)
  local a = net.SocketAddress(options)
  log(a.address, a.port, a.family, a.flowlabel, a:toJSON())
end
show()
show({})
show({ family = "ipv6" })
show({ family = "IPV6", address = "FE80:0::1%lo", port = 65535, flowlabel = 1048575 })
show({ address = "1.2.3.4", port = 1, flowlabel = 5 })
show({ address = "::ffff:1.2.3.4", family = "ipv6" })
show({ flowlabel = 1048576 })
show({ flowlabel = 4294967295 })
says("family", function() show({ family = "x" }) end)
says("family", function() show({ family = 4 }) end)
says("address", function() show({ address = 5 }) end)
says("address", function() show({ address = "x" }) end)
says("address", function() show({ address = "::1" }) end)
says("address", function() show({ address = "1.1.1.1", family = "ipv6" }) end)
says("port", function() show({ port = 70000 }) end)
says("port", function() show({ port = -1 }) end)
says("port", function() show({ port = 1.5 }) end)
says("port", function() show({ port = "x" }) end)
says("flowlabel", function() show({ flowlabel = "1" }) end)
says("flowlabel", function() show({ flowlabel = -1 }) end)
says("flowlabel", function() show({ flowlabel = 1.5 }) end)
says("flowlabel", function() show({ flowlabel = 4294967296 }) end)
says("order", function() show({ family = "x", address = 1, port = 70000 }) end)
says("order", function() show({ address = "x", port = 70000, flowlabel = -1 }) end)
says("read-only", function() net.SocketAddress().port = 5 end)
local address = net.SocketAddress()
log(net.SocketAddress.isSocketAddress(address), net.SocketAddress.isSocketAddress({}),
  net.SocketAddress.isSocketAddress())

t.run()
