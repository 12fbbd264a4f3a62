-- pauseOnConnect: nothing is read before resume(), a 'data' listener alone does not start it.
local t = require("prelude")
local net, listen, tape, watch, props, later = t.net, t.listen, t.tape, t.watch, t.props, t.later

local far = tape("far")
listen("tcp", { pauseOnConnect = true }, function(socket)
  socket.server:close()
  far(props(socket, "readableFlowing bytesRead"), socket:isPaused())
  watch(far, socket, "end close")
  socket:on("data", function(data) far("data", data) end)
  far(props(socket, "readableFlowing bytesRead"), socket:isPaused())
  later(function()
    far("later", props(socket, "readableFlowing bytesRead readableLength"))
    socket:resume()
    far(props(socket, "readableFlowing"), socket:isPaused())
  end, 50)
end, function(to)
  local near = watch(tape("near"), net.connect(to), "connect end close")
  near:finish("hello")
  near:resume()
end)

t.run()
