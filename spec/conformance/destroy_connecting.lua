-- destroy() while connecting: no 'connect'.
local t = require("prelude")
local net, log, listen, each, watch, props = t.net, t.log, t.listen, t.each, t.watch, t.props
local later = t.later

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket)
    socket:on("error", function() socket:destroy() end)
    socket:resume()
  end, function(to, server)
    local function tell(...)
      log(where, ...)
    end
    local socket = net.connect(to)
    watch(tell, socket, "connect ready end finish close error")
    socket:destroy()
    tell(props(socket, "connecting destroyed pending readyState"))
    later(function()
      local late = net.connect(to)
      watch(function(...) tell("with error", ...) end, late, "connect ready close error")
      late:destroy(t.error("boom"))
      later(function() server:close(next) end, 20)
    end, 20)
  end)
end)

t.run()
