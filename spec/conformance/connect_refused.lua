-- Nobody listens: error and close, with every field and the state in each event.
local t = require("prelude")
local net, log, listen, each, props, newPath = t.net, t.log, t.listen, t.each, t.props, t.newPath

local names = "connecting pending destroyed closed readyState"
local path = newPath()
local file = newPath()
t.touch(file)
listen("tcp", {}, nil, function(to, server)
  server:close(function()
    local ways = {
      { "tcp", to },
      { "no such path", { path = path } },
      { "not a socket", { path = file } },
      { "a directory", { path = "/" } },
      { "below a file", { path = file .. "/x" } },
    }
    each(ways, function(way, next)
      local socket = net.Socket()
      socket:on("error", function(e)
        log(way[1], "error", e)
        log(way[1], socket.errored == e)
        log(way[1], props(socket, names))
      end)
      socket:on("close", function(hadError)
        log(way[1], "close", hadError)
        log(way[1], props(socket, names))
        next()
      end)
      socket:on("connect", function() log("never") end)
      socket:on("end", function() log("never") end)
      socket:on("finish", function() log("never") end)
      socket:connect(way[2], function() log("never") end)
      log(way[1], props(socket, names))
    end)
  end)
end)

t.run()
