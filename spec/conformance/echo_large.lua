-- A megabyte comes back whole and in order, over TCP and Unix.
local t = require("prelude")
local net, log, listen, each = t.net, t.log, t.listen, t.each

local block = t.fill("0123456789abcdef", 65536)
each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket) socket:pipe(socket) end, function(to, server)
    local near = net.connect(to)
    local chunks = {}
    near:on("data", function(data) table.insert(chunks, data) end)
    near:on("end", function()
      local text = t.text(t.join(chunks), 1048576)
      log(where, #text, text == block, near.bytesRead, near.bytesWritten)
      server:close(next)
    end)
    near:finish(block)
  end)
end)

t.run()
