-- A port that is not shared with other workers: lnet exclusive.lua [port]
local net = require("lnet")

local server = net.createServer()

server:listen({
  host = "localhost",
  port = tonumber(arg[1] or 8080),
  exclusive = true,
}, function()
  print("listening alone on " .. server:address().address)
  server:close()
end)

net.run()
