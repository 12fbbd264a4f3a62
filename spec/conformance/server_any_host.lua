-- No host: '::' takes IPv4 connections too, as mapped addresses.
local t = require("prelude")
local net, log, each, tape, setImmediate = t.net, t.log, t.each, t.tape, t.setImmediate

local near = tape("near")
local far = tape("far")
local server = net.createServer(function(socket)
  far("remote", socket.remoteFamily, socket.remoteAddress)
  far("local", socket.localFamily, socket.localAddress)
  socket:finish()
  socket:resume()
end)
local hosts = { "127.0.0.1", "::1" }
server:listen(0, function()
  local address = server:address()
  log(address.family, address.address)
  each(hosts, function(host, next)
    local socket = net.connect(address.port, host)
    socket:on("connect", function() near(socket.remoteFamily, socket.remoteAddress) end)
    socket:resume()
    socket:on("close", function()
      if host == "::1" then
        server:close(function() log("closed") end)
      else
        setImmediate(next)
      end
    end)
  end)
end)

t.run()
