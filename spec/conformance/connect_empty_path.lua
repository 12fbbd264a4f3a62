-- An empty path is no path: port and host count, the port being 0 where there is none. A function
-- alone is a port of the wrong type.
local t = require("prelude")
local net, log, raises, says = t.net, t.log, t.raises, t.says

local function ignore() end

local function watch(label, options)
  local socket = net.connect(options)
  socket:on("connectionAttempt", function(address, port, family)
    log(label, "attempt", address, port, family)
  end)
  socket:on("error", function(err) log(label, err.message, tostring(err.port or "undefined")) end)
end
watch("nothing else", { path = "", host = "127.0.0.1" })
watch("a port", { path = "", host = "127.0.0.1", port = 1 })
says("empty text", function() net.connect("") end)
raises("a function", function() net.connect(ignore) end)
raises("a function of a socket", function() net.Socket():connect(ignore) end)
raises("a function and a host", function() net.connect(ignore, "127.0.0.1") end)
says("nothing and a function", function() net.connect(nil, ignore) end)
says("nothing, a host and a function", function() net.connect(nil, "127.0.0.1", ignore) end)

t.run()
