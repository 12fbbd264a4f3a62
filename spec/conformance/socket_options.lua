-- setNoDelay, setKeepAlive, ref, unref: each returns the socket, in every state.
local t = require("prelude")
local net, log, pair, each = t.net, t.log, t.pair, t.each

local function chain(label, socket)
  log(label, socket:setNoDelay() == socket, socket:setNoDelay(false) == socket)
  log(label, socket:setKeepAlive() == socket, socket:setKeepAlive(true, 1000) == socket)
  log(label, socket:ref() == socket, socket:unref() == socket, socket:ref() == socket)
end
local fresh = net.Socket()
chain("fresh", fresh)
each({ "tcp", "unix" }, function(where, next)
  pair(where, nil, function(near, far)
    chain(where, near)
    chain(where, far)
    near:destroy()
    chain(where .. " destroyed", near)
    far:destroy()
    next()
  end)
end)

t.run()
