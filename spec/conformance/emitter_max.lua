-- getMaxListeners and setMaxListeners; 0 is no limit.
local t = require("prelude")
local net, log, EventEmitter = t.net, t.log, t.EventEmitter

local e = EventEmitter()
log(e:getMaxListeners())
log(e:setMaxListeners(3) == e, e:getMaxListeners())
e:setMaxListeners(0)
for i = 1, 20 do
  e:on("x", function() log("x", i) end)
end
log(e:listenerCount("x"), e:getMaxListeners())
local socket = net.Socket()
log(socket:getMaxListeners(), socket:setMaxListeners(50) == socket, socket:getMaxListeners())

t.run()
