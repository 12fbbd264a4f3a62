-- What is above maxConnections is closed at once and told in 'drop'.
local t = require("prelude")
local net, log, listen, each, watch, props = t.net, t.log, t.listen, t.each, t.watch, t.props
local later = t.later

each({ "tcp", "unix" }, function(where, next)
  local names = "localAddress localFamily remoteAddress remoteFamily"
  local clients = {}
  listen(where, {}, function(socket)
    log(where, "connection")
    socket:resume()
  end, function(to, server)
    log(where, "default", server.maxConnections)
    server.maxConnections = 1
    log(where, "set", server.maxConnections)
    server:on("drop", function(data)
      log(where, "drop", data and props(data, names) or "nothing")
      if data then log(data.localPort == to.port, data.remotePort > 0) end
    end)
    local first
    first = net.connect(to, function()
      later(function()
        local second = watch(t.tape(where .. " second"), net.connect(to), "connect end error close")
        second:resume()
        second:on("close", function()
          server:getConnections(function(e, n)
            log(where, "connections", e, n)
            first:finish()
            server:close(next)
          end)
        end)
      end, 20)
    end)
    first:resume()
    table.insert(clients, first)
  end)
end)

t.run()
