-- The order of all that a refused connection tells, with ticks between.
local t = require("prelude")
local net, log, listen, watch, nextTick = t.net, t.log, t.listen, t.watch, t.nextTick

local events = "lookup connectionAttempt connectionAttemptFailed connect ready end error close"
listen("tcp", {}, nil, function(to, server)
  server:close(function()
    local socket = watch(log, net.Socket(), events)
    socket:on("error", function() nextTick(function() log("tick in error") end) end)
    socket:connect(to)
    socket:write("lost", function(e) log("write callback", e) end)
    socket:finish(function() log("end callback") end)
    socket:on("close", function() nextTick(function() log("tick in close") end) end)
  end)
end)

t.run()
