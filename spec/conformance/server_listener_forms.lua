-- createServer and Server with and without options; listeners in the order they were added.
local t = require("prelude")
local net, log, each = t.net, t.log, t.each

local forms = {
  { "listener", function(f) return net.createServer(f) end },
  { "options and listener", function(f) return net.createServer({ allowHalfOpen = false }, f) end },
  { "nil and listener", function(f) return net.createServer(nil, f) end },
  { "class", function(f) return net.Server(f) end },
  { "class with options", function(f) return net.Server({}, f) end },
}
each(forms, function(form, next)
  local server
  server = form[2](function(socket)
    log(form[1], "first", socket.server == server)
  end)
  server:prependListener("connection", function() log(form[1], "prepended") end)
  server:on("connection", function(socket)
    log(form[1], "last")
    socket:finish()
    socket:resume()
    server:close(next)
  end)
  server:listen(0, "127.0.0.1", function()
    local near = net.connect(server:address().port, "127.0.0.1")
    near:resume()
  end)
end)

t.run()
