-- The same without data.
local t = require("prelude")
local net, log, listen, each, tape, watch = t.net, t.log, t.listen, t.each, t.tape, t.watch

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket)
    watch(tape(where .. " far"), socket, "data end finish close")
  end, function(to, server)
    local socket = net.connect(to)
    watch(function(...) log(where, ...) end, socket, "connect ready finish end close error")
    socket:finish(function(e) log(where, "callback", e) end)
    socket:resume()
    socket:on("close", function() server:close(next) end)
  end)
end)

t.run()
