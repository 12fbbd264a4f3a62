-- resetAndDestroy while connecting waits for the connection.
local t = require("prelude")
local net, listen, tape, watch, props = t.net, t.listen, t.tape, t.watch, t.props

local tell = tape("near")
listen("tcp", {}, function(socket)
  watch(tape("far"), socket, "end close error")
  socket:resume()
  socket.server:close()
end, function(to)
  local near = net.connect(to)
  watch(tell, near, "connect ready end close error")
  near:resetAndDestroy()
  tell(props(near, "connecting destroyed"))
end)

t.run()
