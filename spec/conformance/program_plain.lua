-- A script without any preparation: the loop runs after it.
local t = require("prelude")
local net, log = t.net, t.log

local server = net.createServer(function(socket)
  socket:finish("hello")
end)
server:listen(0, "127.0.0.1", function()
  local client = net.connect(server:address())
  client:on("data", function(data) log("data", data) end)
  client:on("close", function() server:close(function() log("closed") end) end)
end)
log("script over")
