-- onread: when a function is asked for a buffer, over two lives; what holds from one to the next.
local t = require("prelude")
local net, log, listen, each, watch, later = t.net, t.log, t.listen, t.each, t.watch, t.later

each({ "function", "buffer", "false", "pause", "pause before" }, function(way, next)
  log("--", way)
  listen("tcp", {}, function(peer)
    peer:on("error", function() end)
    peer:resume():finish("abcdefghij")
  end, function(to, server)
    local lives = 0
    local asked = 0
    local socket
    local function ask()
      asked = asked + 1
      log("asked", asked)
      return t.buffer(4)
    end
    socket = net.connect({ port = to.port, host = to.host, onread = {
      buffer = way == "function" and ask or t.buffer(4),
      callback = function(n, buffer)
        log("callback", t.text(buffer, n))
        if lives ~= 0 then return end
        if way == "false" or way == "pause" then later(function() socket:destroy() end, 10) end
        if way == "pause" then socket:pause() end
        return way ~= "false"
      end,
    } })
    if way == "pause before" then
      socket:pause()
      later(function()
        log("read", socket:read())
      end, 10)
    end
    watch(log, socket, "connect end close")
    socket:on("close", function()
      lives = lives + 1
      if lives == 2 then
        server:close(function() next() end)
        return
      end
      socket:connect(to)
      log("again", socket:isPaused())
      if socket:isPaused() then later(function() log("read", socket:read()) end, 10) end
    end)
  end)
end)

t.run()
