-- A write or an end behind resetAndDestroy, while connecting: it fails, and the peer sees a reset.
local t = require("prelude")
local net, listen, each, tape, watch = t.net, t.listen, t.each, t.tape, t.watch

local acts = {
  { "write", function(near, told) near:write("lost", told) end },
  { "end with data", function(near, told) near:finish("lost", told) end },
  { "end", function(near, told) near:finish(told) end },
  { "write and end", function(near, told) near:write("lost", told) near:finish(told) end },
}
each(acts, function(entry, next)
  local name, act = entry[1], entry[2]
  listen("tcp", {}, function(socket)
    watch(tape(name .. ", far"), socket, "data end close error")
    socket:on("close", function() socket.server:close(function() next() end) end)
  end, function(to)
    local tell = tape(name)
    local near = net.connect(to)
    watch(tell, near, "connect ready finish end error close")
    near:resetAndDestroy()
    act(near, function(e) tell("told", e) end)
  end)
end)

t.run()
