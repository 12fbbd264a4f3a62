-- destroy() in 'connection': the client is told by FIN.
local t = require("prelude")
local net, listen, tape, watch = t.net, t.listen, t.tape, t.watch

listen("tcp", {}, function(socket)
  watch(tape("far"), socket, "data end finish close error")
  socket:destroy()
  socket.server:close()
end, function(to)
  local near = net.connect(to)
  watch(tape("near"), near, "connect ready data end finish close error")
end)

t.run()
