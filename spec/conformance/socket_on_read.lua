-- onread: one buffer for all data, a callback instead of 'data'.
local t = require("prelude")
local net, log, listen, each, watch, props = t.net, t.log, t.listen, t.each, t.watch, t.props

each({ "tcp", "unix" }, function(where, next)
  listen(where, {}, function(socket) socket:finish("hello world") end, function(to, server)
    local function tell(...)
      log(where, ...)
    end
    local buffer = t.buffer(4)
    local options = {
      onread = {
        buffer = buffer,
        callback = function(n, same)
          tell("onread", n, t.text(same, n))
        end,
      },
    }
    for _, name in ipairs({ "port", "host", "path" }) do
      options[name] = to[name]
    end
    local socket = watch(tell, net.connect(options), "connect data end finish close")
    socket:on("close", function()
      tell(props(socket, "bytesRead"))
      server:close(next)
    end)
  end)
end)

t.run()
