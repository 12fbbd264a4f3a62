-- What setTimeout refuses.
local t = require("prelude")
local net, log, raises = t.net, t.log, t.raises

local socket = net.Socket()
raises("text", function() socket:setTimeout("10") end)
raises("nothing", function() socket:setTimeout() end)
raises("negative", function() socket:setTimeout(-1) end)
raises("infinite", function() socket:setTimeout(1 / 0) end)
raises("table", function() socket:setTimeout({}) end)
raises("callback", function() socket:setTimeout(10, "x") end)
raises("callback with 0", function() socket:setTimeout(0, 7) end)
raises("fine", function() socket:setTimeout(0) end)
log(socket:listenerCount("timeout"))
socket:destroy()

t.run()
