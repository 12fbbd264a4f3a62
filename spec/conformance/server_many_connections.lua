-- Fifty clients at once: each gets its own answer, all are counted.
local t = require("prelude")
local net, log = t.net, t.log

local clients = 50
local closed = 0
local sum = 0
local server = net.createServer(function(socket)
  socket:on("data", function(data) socket:finish(data) end)
end)
server:listen(0, "127.0.0.1", function()
  local port = server:address().port
  for i = 1, clients do
    local near
    near = net.connect(port, "127.0.0.1", function() near:write(t.fill("x", i)) end)
    near:on("data", function(data)
      sum = sum + #data
    end)
    near:on("close", function()
      closed = closed + 1
      if closed == clients then
        log("bytes", sum)
        server:close(function() log("closed") end)
      end
    end)
  end
end)

t.run()
