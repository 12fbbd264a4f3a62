-- Local addresses that do not work.
local t = require("prelude")
local net, log, listen, each, watch = t.net, t.log, t.listen, t.each, t.watch

listen("tcp", {}, nil, function(to, server)
  local ways = {
    { "not ours", { port = to.port, host = to.host, localAddress = "192.0.2.200" } },
    { "port in use", {
      port = to.port,
      host = to.host,
      localPort = to.port,
      localAddress = to.host,
    } },
  }
  each(ways, function(way, next)
    local socket = net.Socket()
    local events = "connectionAttempt connectionAttemptFailed connect error close"
    watch(function(...) log(way[1], ...) end, socket, events)
    socket:on("close", function()
      if way[1] == "port in use" then
        server:close()
      else
        next()
      end
    end)
    socket:connect(way[2])
  end)
end)

t.run()
