-- Above the high-water mark while connecting.
local t = require("prelude")
local net, log, listen, watch = t.net, t.log, t.listen, t.watch

listen("tcp", {}, function(socket) socket:resume() end, function(to, server)
  local socket = net.connect({ port = to.port, host = to.host, highWaterMark = 4 })
  watch(log, socket, "connect ready drain finish close")
  log(socket:write("123", function(e) log("callback 1", e) end), socket.writableNeedDrain)
  log(socket:write("4", function(e) log("callback 2", e) end), socket.writableNeedDrain)
  log(socket:write("5", function(e) log("callback 3", e) end), socket.writableNeedDrain)
  socket:on("drain", function() socket:finish() end)
  socket:resume()
  socket:on("close", function() server:close() end)
end)

t.run()
