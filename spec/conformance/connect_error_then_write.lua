-- Writes and finish() in and after 'error' of a refused connection.
local t = require("prelude")
local net, log, watch, newPath = t.net, t.log, t.watch, t.newPath

local path = newPath()
local socket = watch(log, net.Socket(), "finish close")
socket:on("error", function(e)
  log("error", e.code)
  log("write", socket:write("x", function(e2) log("write callback", e2.code) end))
  socket:finish(function(e2) log("end callback", e2.code) end)
end)
socket:connect(path)

t.run()
