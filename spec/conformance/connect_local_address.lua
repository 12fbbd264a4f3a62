-- localAddress and localPort: what both sides see.
local t = require("prelude")
local net, log, each, tape = t.net, t.log, t.each, t.tape

local far = tape("far")
local server = net.createServer(function(socket)
  far(socket.remoteAddress, socket.remoteFamily)
  socket:finish()
  socket:resume()
end)
server:listen(0, "127.0.0.1", function()
  local port = server:address().port
  local free
  free = net.createServer():listen(0, "127.0.0.1", function()
    local port2 = free:address().port
    free:close(function()
      local ways = {
        { "address", { port = port, host = "127.0.0.1", localAddress = "127.0.0.3" } },
        { "port", { port = port, host = "127.0.0.1", localPort = port2 } },
        { "name", { port = port, host = "localhost", family = 4, localAddress = "127.0.0.4" } },
      }
      each(ways, function(way, next)
        local socket
        socket = net.connect(way[2], function()
          log(way[1], socket.localAddress, socket.localFamily)
          if way[1] == "port" then log(way[1], socket.localPort == port2) end
        end)
        socket:on("error", function(e) log(way[1], e.code) end)
        socket:resume()
        socket:on("close", function()
          if way[1] == "name" then
            server:close()
          else
            next()
          end
        end)
      end)
    end)
  end)
end)

t.run()
