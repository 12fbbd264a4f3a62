-- Writes in 'connect', 'data', 'end', 'finish' callbacks, echoed in turn.
local t = require("prelude")
local net, log, listen = t.net, t.log, t.listen

listen("tcp", { allowHalfOpen = true }, function(socket)
  socket:write("greeting")
  socket:on("data", function(data) socket:write(data) end)
  socket:on("end", function() socket:finish(" and goodbye") end)
end, function(to, server)
  local near = net.connect({ port = to.port, host = to.host, allowHalfOpen = true })
  local chunks = {}
  near:on("connect", function() near:write(" one") end)
  local answered = false
  near:on("data", function(data)
    table.insert(chunks, data)
    if not answered and #t.join(chunks) >= 12 then
      answered = true
      near:write(" two", function() near:finish(" three") end)
    end
  end)
  near:on("end", function() log(t.join(chunks)) end)
  near:on("close", function(hadError)
    log("close", hadError)
    server:close()
  end)
end)

t.run()
