-- destroy(err) in each event.
local t = require("prelude")
local net, log, listen, each, watch = t.net, t.log, t.listen, t.each, t.watch

each({ "lookup", "connect", "ready", "data", "end", "finish", "close" }, function(name, next)
  listen("tcp", {}, function(socket)
    socket:on("error", function() socket:destroy() end)
    socket:finish("data")
    socket:resume()
  end, function(to, server)
    local socket = net.Socket()
    local events = "lookup connectionAttempt connect ready data end finish"
    watch(function(event) log(name .. ":", event) end, socket, events)
    socket:on("error", function(e) log(name .. ": error", e.message) end)
    socket:on("close", function(hadError) log(name .. ": close", hadError) end)
    socket:on(name, function() socket:destroy(t.error("boom")) end)
    socket:on("close", function() server:close(next) end)
    socket:connect({ port = to.port, host = "localhost", family = 4 })
  end)
end)

t.run()
