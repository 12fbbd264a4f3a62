-- The same methods on sockets and servers.
local t = require("prelude")
local net, log, raises = t.net, t.log, t.raises

local socket = net.Socket()
local server = net.createServer()
local function f(a)
  log("f", a)
end
for _, e in ipairs({ socket, server }) do
  log(e:on("mine", f) == e, e:emit("mine", 1), e:listenerCount("mine"))
  e:once("mine", function() log("once") end)
  e:emit("mine", 2)
  e:prependListener("mine", function() log("prepended") end)
  e:emit("mine", 3)
  log(#e:listeners("mine"), e:off("mine", f) == e, e:listenerCount("mine"))
  log(e:removeAllListeners("mine") == e, e:emit("mine"))
  e:on("newListener", function(name) log("newListener", name) end)
  e:on("other", f)
  raises("bad", function() e:on("x", 1) end)
end

t.run()
