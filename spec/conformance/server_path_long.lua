-- A path that does not fit is cut to what fits in the address: 107 bytes on Linux.
local t = require("prelude")
local net, log, newPath = t.net, t.log, t.newPath

local base = newPath()
local long = base .. "-" .. t.fill("x", 200)
local server = net.createServer(function(socket) socket:finish("hello") end)
server:on("error", function(e) log("error", e.code) end)
server:listen(long, function()
  log("address is what was asked for", server:address() == long)
  log("the long name exists", t.exists(long))
  local near = net.connect(long)
  near:on("error", function(e) log("error", e.code) end)
  near:on("data", function(data) log("data", data) end)
  near:on("close", function() server:close(function() log("closed") end) end)
end)

t.run()
