-- The same errors in full, where no type is named.
local t = require("prelude")
local net, says = t.net, t.says

local function refuse(label, options)
  says(label, function() net.createServer():listen(options) end)
end
refuse("port 65536", { port = 65536 })
refuse("port -1", { port = -1 })
refuse("port 1.5", { port = 1.5 })
refuse("65536", 65536)
refuse("port text", { port = "x" })
refuse("port 0x10000", { port = "0x10000" })

t.run()
