-- A refused name with one address.
local t = require("prelude")
local net, log, listen, watch = t.net, t.log, t.listen, t.watch

local events = "lookup connectionAttempt connectionAttemptFailed connect ready end error close"
listen("tcp", {}, nil, function(to, server)
  server:close(function()
    local socket = watch(log, net.Socket(), events)
    socket:connect({ port = to.port, host = "localhost", family = 4 })
  end)
end)

t.run()
