-- The same in full where no type is named.
local t = require("prelude")
local net, says = t.net, t.says

local function refuse(label, value)
  says(label, function() net.Socket():connect(value) end)
end
says("nothing", function() net.Socket():connect() end)
refuse("port 65536", { port = 65536, host = "127.0.0.1" })
refuse("port -1", { port = -1, host = "127.0.0.1" })
refuse("port text", { port = "x", host = "127.0.0.1" })
refuse("localAddress", { port = 1, host = "127.0.0.1", localAddress = "localhost" })

t.run()
