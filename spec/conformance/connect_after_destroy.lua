-- destroy() before connect(): 'close' comes; the socket can be connected then.
local t = require("prelude")
local net, log, listen, watch, props = t.net, t.log, t.listen, t.watch, t.props

listen("tcp", {}, function(socket) socket:finish("hello") end, function(to, server)
  local socket = watch(log, net.Socket(), "connect data end close error")
  socket:destroy()
  log(props(socket, "destroyed closed"))
  local round = 0
  socket:on("close", function()
    round = round + 1
    if round == 1 then
      socket:connect(to)
    else
      server:close()
    end
  end)
end)

t.run()
