-- Every form of net.connect, net.createConnection and socket.connect.
local t = require("prelude")
local net, log, each, newPath = t.net, t.log, t.each, t.newPath

local host = "127.0.0.1"
local path = newPath()
local server = net.createServer(function(socket) socket:finish() end)
local unix = net.createServer(function(socket) socket:finish() end)
local function forms(port)
  return {
    { "port", function() return net.connect(port) end },
    { "port as text", function() return net.connect(tostring(port)) end },
    { "port and host", function() return net.connect(port, host) end },
    { "options", function() return net.connect({ port = port }) end },
    { "options with host", function() return net.connect({ port = port, host = host }) end },
    { "port text", function() return net.connect({ port = tostring(port) }) end },
    { "createConnection", function() return net.createConnection(port, host) end },
    { "createConnection", function() return net.createConnection({ port = port }) end },
    { "path", function() return net.connect(path) end },
    { "path in options", function() return net.connect({ path = path }) end },
    { "createConnection path", function() return net.createConnection(path) end },
    { "socket.connect port", function() return net.Socket():connect(port) end },
    { "socket.connect port and host", function() return net.Socket():connect(port, host) end },
    { "connect options", function() return net.Socket():connect({ port = port, host = host }) end },
    { "socket.connect path", function() return net.Socket():connect(path) end },
    { "last", function() return net.Socket():connect({ path = path }) end },
  }
end
server:listen(0, function()
  unix:listen(path, function()
    each(forms(server:address().port), function(form, next)
      local socket = form[2]()
      log(form[1], "connecting", socket.connecting)
      socket:on("connect", function() log(form[1], "connect", socket.connecting) end)
      socket:on("error", function(e) log(form[1], e.code) end)
      socket:resume()
      socket:on("close", function(hadError)
        log(form[1], "close", hadError)
        if form[1] == "last" then
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
