-- Says goodbye to whoever connects, on a port that the system picks:
-- lnet goodbye_server.lua [connections]
local net = require("lnet")

local left = tonumber(arg[1] or math.huge) -- then it ends

local server = net.createServer(function(socket) socket:finish("goodbye\n") end)

server:on("error", function(err)
  -- handle errors here
  error(err)
end)

server:on("connection", function()
  left = left - 1
  if left == 0 then server:close() end
end)

-- grab an arbitrary unused port.
server:listen(function()
  local bound = server:address()
  print(("opened server on %s %d"):format(bound.address, bound.port))
end)

net.run()
