-- A write of no bytes asks the kernel: it finds out that the peer of a Unix socket has gone.
local t = require("prelude")
local net, log, listen, each, watch = t.net, t.log, t.listen, t.each, t.watch
local setTimeout = t.setTimeout

each({ "alone", "behind a cork", "several" }, function(how, next)
  listen("unix", {}, function(socket)
    socket:destroy()
    socket.server:close()
  end, function(to)
    local near = net.connect({ allowHalfOpen = true, path = to.path })
    watch(function(...) log(how, ...) end, near, "error close")
    near:on("close", function() next() end)
    setTimeout(function()
      local function told(e) log(how, "told", e) end
      if how == "behind a cork" then near:cork() end
      near:write("", told)
      if how == "several" then near:write("", told) end
      if how == "behind a cork" then near:uncork() end
    end, 50)
  end)
end)

t.run()
