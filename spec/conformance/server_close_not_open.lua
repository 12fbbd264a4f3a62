-- The callback gets an error when the server was not open; 'close' comes all the same.
local t = require("prelude")
local net, log, setImmediate = t.net, t.log, t.setImmediate

local server = net.createServer()
server:on("close", function() log("close") end)
server:on("error", function(e) log("error", e) end)
server:close(function(e) log("never opened", e) end)
setImmediate(function()
  server:listen(0, "127.0.0.1", function()
    server:close(function(e)
      log("open", e)
      setImmediate(function() server:close(function(e2) log("closed before", e2) end) end)
    end)
    server:close(function(e) log("second call", e) end)
  end)
end)

t.run()
