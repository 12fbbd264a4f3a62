-- connecting, pending, readyState and the like over the life of a client.
local t = require("prelude")
local net, log, listen, each, props, nextTick = t.net, t.log, t.listen, t.each, t.props, t.nextTick

local names = "connecting pending readyState destroyed closed readable writable"
each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket) socket:finish("x") end, function(to, server)
    local socket = net.Socket()
    local function tell(label)
      log(where, label, props(socket, names))
    end
    tell("fresh")
    socket:connect(to)
    tell("called")
    nextTick(function() tell("tick") end)
    socket:on("connect", function() tell("connect") end)
    socket:on("ready", function() tell("ready") end)
    socket:on("data", function() tell("data") end)
    socket:on("end", function() tell("end") end)
    socket:on("finish", function() tell("finish") end)
    socket:on("close", function()
      tell("close")
      server:close(next)
    end)
  end)
end)

t.run()
