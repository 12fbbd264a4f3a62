-- A callback of onread that returns false pauses until resume(); a function gives the buffer.
local t = require("prelude")
local net, log, listen, later = t.net, t.log, t.listen, t.later

listen("tcp", {}, function(socket) socket:finish("0123456789") end, function(to, server)
  local socket
  local asked = 0
  local parts = {}
  socket = net.connect({
    port = to.port,
    host = to.host,
    onread = {
      buffer = function()
        asked = asked + 1
        return t.buffer(5)
      end,
      callback = function(n, buffer)
        table.insert(parts, t.text(buffer, n))
        log("onread", n)
        later(function()
          log("resume")
          socket:resume()
        end, 20)
        return false
      end,
    },
  })
  socket:on("end", function() log("end", t.join(parts)) end)
  socket:on("close", function() server:close() end)
end)

t.run()
