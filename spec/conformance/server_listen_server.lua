-- Listening on another server's handle: connections go to the server that listened last.
local t = require("prelude")
local net, log = t.net, t.log

local first = net.createServer(function() log("first") end)
first:listen(0, "127.0.0.1", function()
  local port = first:address().port
  local second = net.createServer(function(socket)
    log("second")
    socket:finish("hello")
  end)
  second:listen(first, function()
    log("same port", second:address().port == port, second.listening)
    local near = net.connect(port, "127.0.0.1")
    near:on("data", function(data) log("data", data) end)
    near:on("close", function()
      second:close(function()
        log("second closed")
        first:close(function() log("first closed") end)
      end)
    end)
  end)
end)

t.run()
