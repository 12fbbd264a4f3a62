-- What waits while connecting when the socket is destroyed: callbacks and their errors, in order.
local t = require("prelude")
local net, log, listen, each, watch, props = t.net, t.log, t.listen, t.each, t.watch, t.props
local later, nextTick = t.later, t.nextTick

local ways = {
  { "without error", nil },
  { "with error", "boom" },
}
each(ways, function(way, next)
  listen("tcp", {}, function(socket) socket:resume() end, function(to, server)
    local function tell(...)
      log(way[1], ...)
    end
    local socket = net.connect(to)
    watch(tell, socket, "connect drain finish close error")
    socket:write("one", function(e) tell("callback 1", e) end)
    socket:write("two", function(e) tell("callback 2", e) end)
    socket:finish("three", function(e) tell("end callback", e) end)
    if way[2] then
      socket:destroy(t.error(way[2]))
    else
      socket:destroy()
    end
    tell(props(socket, "connecting destroyed writableLength bufferSize bytesWritten"))
    nextTick(function() tell("tick") end)
    later(function()
      tell(props(socket, "connecting destroyed writableLength bufferSize bytesWritten"))
      server:close(next)
    end, 30)
  end)
end)

t.run()
