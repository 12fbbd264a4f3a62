-- Without a host it is localhost.
local t = require("prelude")
local net, log = t.net, t.log

local server = net.createServer(function(socket) socket:finish() end)
server:listen(0, function()
  local socket = net.connect(server:address().port)
  socket:on("lookup", function(e, _address, _family, host) log("lookup", e, host) end)
  socket:on("connect", function() log("connect") end)
  socket:resume()
  socket:on("close", function() server:close() end)
end)

t.run()
