-- A write before the connection listens to 'connect' and 'close'; what listeners of 'newListener'
-- write then comes behind it.
local t = require("prelude")
local net, log, listen, tape, each = t.net, t.log, t.listen, t.tape, t.each

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket)
    local text = ""
    socket:on("data", function(data) text = text .. data end)
    socket:on("end", function()
      log(where, text)
      socket.server:close(function() next() end)
    end)
  end, function(to)
    local near = net.connect(to)
    local tell = tape(where)
    near:on("newListener", function(event)
      tell("newListener", event)
      if event == "connect" then near:write("B", function() tell("B written") end) end
      if event == "close" then near:write("C", function() tell("C written") end) end
    end)
    near:write("A", function() tell("A written") end)
    near:removeAllListeners("newListener")
    near:finish("D")
    near:resume()
  end)
end)

t.run()
