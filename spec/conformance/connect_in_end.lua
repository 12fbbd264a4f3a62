-- A listener of 'end' has the socket connect again, paused: nothing is read until it is resumed.
local t = require("prelude")
local net, log, listen, each, watch, props = t.net, t.log, t.listen, t.each, t.watch, t.props
local setTimeout = t.setTimeout

local names = "bytesRead readableLength readableFlowing destroyed"
each({ "in end", "in connect" }, function(where, next)
  local count = 0
  local function answer(socket)
    count = count + 1
    if count == 1 then
      socket:finish("bye")
      socket:resume()
    else
      socket:write(("z"):rep(5000))
    end
  end
  listen("tcp", {}, answer, function(to, server)
    local socket = net.Socket()
    watch(function(...) log(where, ...) end, socket, "connect error")
    socket:on("data", function(bytes) log(where, "data", #bytes) end)
    local function later()
      log(where, props(socket, names))
      socket:resume()
      setTimeout(function()
        log(where, props(socket, names))
        socket:destroy()
        server:close(next)
      end, 50)
    end
    socket:once("end", function()
      if where == "in end" then socket:pause() end
      socket:destroy()
      socket:connect(to)
      socket:once("connect", function()
        if where == "in connect" then socket:pause() end
        setTimeout(later, 50)
      end)
    end)
    socket:connect(to)
  end)
end)

t.run()
