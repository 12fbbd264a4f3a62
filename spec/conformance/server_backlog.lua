-- The backlog in each form: the kernel sees it, the server works.
local t = require("prelude")
local net, log, each = t.net, t.log, t.each

local function queue(server)
  local port = tostring(server:address().port)
  return t.shell("ss -Hltn sport = :" .. port .. " | awk '{ print $3 }'")
end
local forms = {
  { "default", function(server) return server:listen(0) end },
  { "port, backlog", function(server) return server:listen(0, 3) end },
  { "port, host, backlog", function(server) return server:listen(0, "127.0.0.1", 4) end },
  { "options", function(server) return server:listen({ port = 0, backlog = 5 }) end },
  { "options and argument", function(server) return server:listen({ port = 0 }, 6) end },
  { "zero", function(server) return server:listen(0, 0) end },
}
each(forms, function(form, next)
  local server = net.createServer()
  server:on("listening", function()
    log(form[1], queue(server))
    server:close(next)
  end)
  form[2](server)
end)

t.run()
