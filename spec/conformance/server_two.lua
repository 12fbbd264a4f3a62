-- Two servers on the same port of two addresses.
local t = require("prelude")
local net, log, each = t.net, t.log, t.each

local first = net.createServer(function(socket) socket:finish("first") end)
local second = net.createServer(function(socket) socket:finish("second") end)
first:listen(0, "127.0.0.1", function()
  local port = first:address().port
  second:listen(port, "127.0.0.2", function()
    log(second:address().port == port, second:address().address)
    each({ "127.0.0.1", "127.0.0.2" }, function(host, next)
      local near = net.connect(port, host)
      near:on("data", function(data) log(host, data) end)
      near:on("close", function()
        if host == "127.0.0.1" then
          next()
        else
          first:close()
          second:close()
        end
      end)
    end)
  end)
end)

t.run()
