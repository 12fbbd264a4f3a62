-- The connect listener in every form: once, after those that were there before.
local t = require("prelude")
local net, log, each, newPath = t.net, t.log, t.each, t.newPath

local path = newPath()
local server = net.createServer(function(socket) socket:finish() end)
local unix = net.createServer(function(socket) socket:finish() end)
local host = "127.0.0.1"
local function forms(port)
  return {
    { "port", function(f) return net.connect(port, f) end },
    { "port and host", function(f) return net.connect(port, host, f) end },
    { "options", function(f) return net.connect({ port = port, host = host }, f) end },
    { "createConnection", function(f) return net.createConnection(port, host, f) end },
    { "path", function(f) return net.connect(path, f) end },
    { "path in options", function(f) return net.createConnection({ path = path }, f) end },
    { "socket.connect", function(f) return net.Socket():connect(port, host, f) end },
    { "connect options", function(f) return net.Socket():connect({ port = port }, f) end },
    { "socket.connect path", function(f) return net.Socket():connect(path, f) end },
  }
end
server:listen(0, function()
  unix:listen(path, function()
    each(forms(server:address().port), function(form, next)
      local socket = form[2](function() log(form[1], "callback") end)
      log(form[1], "listeners", socket:listenerCount("connect"))
      socket:prependListener("connect", function() log(form[1], "prepended") end)
      socket:on("connect", function() log(form[1], "after") end)
      socket:on("ready", function() log(form[1], "ready") end)
      socket:resume()
      socket:on("close", function()
        if form[1] == "socket.connect path" then
          server:close()
          unix:close()
        else
          next()
        end
      end)
    end)
  end)
end)

t.run()
