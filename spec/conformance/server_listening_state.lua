-- listening and address() before, right after listen(), in 'listening', after close().
local t = require("prelude")
local net, log, each, nextTick, newPath = t.net, t.log, t.each, t.nextTick, t.newPath

local function state(label, server)
  local address = server:address()
  log(label, "listening", server.listening, "address", address == nil and "none" or "there")
end
local path = newPath()
local ways = {
  { "any host", function(server) return server:listen(0) end },
  { "host", function(server) return server:listen(0, "127.0.0.1") end },
  { "path", function(server) return server:listen(path) end },
}
each(ways, function(way, next)
  local server = net.createServer()
  state(way[1] .. " before", server)
  server:on("listening", function()
    state(way[1] .. " in listening", server)
    server:on("close", function()
      state(way[1] .. " in close", server)
      next()
    end)
    server:close()
    state(way[1] .. " after close()", server)
  end)
  way[2](server)
  state(way[1] .. " after listen()", server)
  nextTick(function() state(way[1] .. " in a tick", server) end)
end)

t.run()
