-- finish() while connecting: data and FIN go once connected.
local t = require("prelude")
local net, log, listen, each, tape, watch = t.net, t.log, t.listen, t.each, t.tape, t.watch
local props = t.props

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket)
    local tell = tape(where .. " far")
    watch(tell, socket, "data end finish close")
  end, function(to, server)
    local socket = net.connect(to)
    watch(function(...) log(where, ...) end, socket, "connect ready finish end close error")
    socket:finish("data", function(e) log(where, "callback", e) end)
    socket:resume()
    log(where, props(socket, "writable writableEnded writableFinished connecting"))
    socket:on("close", function() server:close(next) end)
  end)
end)

t.run()
