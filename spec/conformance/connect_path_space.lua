-- A path with a space.
local t = require("prelude")
local net, log, newPath = t.net, t.log, t.newPath

local base = newPath()
local path = base .. " with space"
local server = net.createServer(function(socket) socket:finish("hello") end)
server:listen(path, function()
  log(server:address() == path)
  local near = net.connect(path)
  near:on("data", function(data) log(data) end)
  near:on("close", function() server:close() end)
end)

t.run()
