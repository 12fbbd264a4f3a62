-- What listeners of 'end' and 'prefinish' put off comes before the next step of the socket.
local t = require("prelude")
local log, listen, each, net, nextTick = t.log, t.listen, t.each, t.net, t.nextTick

each({ "tcp", "unix" }, function(where, next)
  local function answer(socket)
    local function state(event)
      log(where, event, socket.writableEnded, socket.writableFinished, socket.destroyed)
    end
    for _, event in ipairs({ "end", "prefinish", "finish", "close" }) do
      socket:on(event, function()
        state(event)
        nextTick(state, "tick of " .. event)
      end)
    end
    socket:resume()
  end
  listen(where, {}, answer, function(to, server)
    local socket = net.connect(to)
    socket:on("close", function() server:close(next) end)
    socket:resume()
    socket:finish("bytes")
  end)
end)

t.run()
