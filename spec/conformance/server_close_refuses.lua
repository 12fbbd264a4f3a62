-- A server that was closed refuses, while its connections go on.
local t = require("prelude")
local net, log, listen, each = t.net, t.log, t.listen, t.each

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket) socket:pipe(socket) end, function(to, server)
    local first = net.connect(to)
    first:on("data", function(data)
      log(where, "first", data)
      if #data ~= 3 then return end
      server:close(function()
        log(where, "closed")
        next()
      end)
      local second = net.connect(to)
      second:on("error", function(e)
        log(where, "second", e.code, e.syscall)
        first:write("more")
        first:finish()
      end)
    end)
    first:write("one")
  end)
end)

t.run()
