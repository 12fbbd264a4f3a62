-- 0 and nil mean no limit, -1 that none may come; it may change while connections are open.
local t = require("prelude")
local net, log, later = t.net, t.log, t.later

local server = net.createServer(function(socket)
  log("connection")
  socket:resume()
end)
server:on("drop", function() log("drop") end)
local clients = {}
local function connect(label, next)
  log(label)
  local near = net.connect(server:address().port, "127.0.0.1")
  table.insert(clients, near)
  near:on("error", function() log("client error") end)
  near:resume()
  later(next, 40)
end
server:listen(0, "127.0.0.1", function()
  server.maxConnections = 0
  connect("zero", function()
    server.maxConnections = 2
    connect("two", function()
      connect("two again", function()
        server.maxConnections = 3
        connect("three", function()
          server.maxConnections = -1
          connect("none", function()
            for _, near in ipairs(clients) do
              near:finish()
            end
            server:close(function() log("close") end)
          end)
        end)
      end)
    end)
  end)
end)

t.run()
