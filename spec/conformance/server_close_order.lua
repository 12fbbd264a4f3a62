-- close() without connections: callback and event, before and after ticks.
local t = require("prelude")
local net, log, setImmediate, nextTick = t.net, t.log, t.setImmediate, t.nextTick

local server = net.createServer()
server:on("close", function() log("close") end)
server:listen(0, "127.0.0.1", function()
  log("listening", server.listening)
  nextTick(function() log("tick before") end)
  local same = server:close(function(e) log("callback", e) end) == server
  log("called", same, server.listening, server:address())
  nextTick(function() log("tick after") end)
  setImmediate(function() log("immediate") end)
end)

t.run()
