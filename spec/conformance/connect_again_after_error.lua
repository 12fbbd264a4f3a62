-- After a refused connection the same socket connects elsewhere.
local t = require("prelude")
local net, log, listen, watch, props, newPath = t.net, t.log, t.listen, t.watch, t.props, t.newPath

local path = newPath()
listen("tcp", {}, function(socket) socket:finish("hello") end, function(to, server)
  local socket = watch(log, net.Socket(), "connect ready data end error close")
  local round = 0
  socket:on("close", function()
    round = round + 1
    log(props(socket, "errored destroyed"))
    if round == 1 then
      socket:connect(to)
      log(props(socket, "errored destroyed connecting"))
    else
      server:close()
    end
  end)
  socket:connect(path)
end)

t.run()
