-- A socket connects again after 'close', with its listeners; counters start anew.
local t = require("prelude")
local net, log, listen, each, watch, props = t.net, t.log, t.listen, t.each, t.watch, t.props
local setImmediate = t.setImmediate

local names = "bytesRead bytesWritten destroyed connecting readyState writableEnded readableEnded"
each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket) socket:finish("hello") end, function(to, server)
    local socket = net.Socket()
    watch(function(...) log(where, ...) end, socket, "connect ready data end finish close")
    local round = 0
    socket:on("close", function()
      log(where, props(socket, names))
      round = round + 1
      if round == 3 then
        server:close(next)
        return
      end
      if round == 1 then
        socket:connect(to)
        log(where, props(socket, names))
      else
        setImmediate(function() socket:connect(to) end)
      end
    end)
    socket:on("connect", function() socket:write("four") end)
    socket:connect(to)
  end)
end)

t.run()
