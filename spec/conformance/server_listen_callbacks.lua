-- The callback of listen() is one more listener of 'listening', in every form, and comes once.
local t = require("prelude")
local net, log, each, newPath = t.net, t.log, t.each, t.newPath

local path = newPath()
local forms = {
  { "only a callback", function(server, f) return server:listen(f) end },
  { "port", function(server, f) return server:listen(0, f) end },
  { "null", function(server, f) return server:listen(nil, f) end },
  { "port and host", function(server, f) return server:listen(0, "127.0.0.1", f) end },
  { "port, host, backlog", function(server, f) return server:listen(0, "127.0.0.1", 5, f) end },
  { "port and backlog", function(server, f) return server:listen(0, 5, f) end },
  { "options", function(server, f) return server:listen({ port = 0 }, f) end },
  { "path", function(server, f) return server:listen(path, f) end },
  { "path and backlog", function(server, f) return server:listen(path, 5, f) end },
  { "options path", function(server, f) return server:listen({ path = path }, f) end },
}
each(forms, function(form, next)
  local server = net.createServer()
  server:on("listening", function() log(form[1], "listener before") end)
  form[2](server, function() log(form[1], "callback") end)
  server:on("listening", function()
    log(form[1], "listener after", server:listenerCount("listening"))
    server:close(next)
  end)
end)

t.run()
