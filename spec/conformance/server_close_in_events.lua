-- close() in 'listening', in 'connection' and before 'listening' came.
local t = require("prelude")
local net, log, each, watch, setImmediate = t.net, t.log, t.each, t.watch, t.setImmediate

local order = { "before listening", "in listening", "in connection" }
each(order, function(when, next)
  local server = net.createServer()
  watch(function(...) log(when, ...) end, server, "listening close error")
  server:on("close", function() setImmediate(next) end)
  server:on("connection", function(socket)
    log(when, "connection")
    socket:finish("bye")
    socket:resume()
    if when == "in connection" then server:close() end
  end)
  server:on("listening", function()
    if when == "in listening" then server:close() end
    if when == "in connection" then
      local near = net.connect(server:address().port, "127.0.0.1")
      near:resume()
    end
  end)
  server:listen(0)
  if when == "before listening" then server:close() end
end)

t.run()
