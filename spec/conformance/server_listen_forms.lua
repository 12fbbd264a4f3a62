-- Every form of listen(), with what address() tells afterwards.
local t = require("prelude")
local net, log, each, newPath = t.net, t.log, t.each, t.newPath

local function onlyHost(address)
  return address.family .. " " .. address.address
end
local host = "127.0.0.1"
local path = newPath()
local forms = {
  { "no argument", function(server) return server:listen() end },
  { "port 0", function(server) return server:listen(0) end },
  { "port as text", function(server) return server:listen("0") end },
  { "port and host", function(server) return server:listen(0, host) end },
  { "port, host, backlog", function(server) return server:listen(0, "127.0.0.1", 5) end },
  { "port and backlog", function(server) return server:listen(0, 5) end },
  { "null", function(server) return server:listen(nil) end },
  { "options port", function(server) return server:listen({ port = 0 }) end },
  { "backlog", function(server) return server:listen({ port = 0, backlog = 3 }) end },
  { "options port as text", function(server) return server:listen({ port = "0" }) end },
  { "options IPv6 host", function(server) return server:listen({ port = 0, host = "::1" }) end },
  { "exclusive", function(server) return server:listen({ port = 0, exclusive = true }) end },
  { "path", function(server) return server:listen(path) end },
  { "path and backlog", function(server) return server:listen(path, 7) end },
  { "options path", function(server) return server:listen({ path = path }) end },
  { "port before path", function(server) return server:listen({ port = 0, path = path }) end },
}
each(forms, function(form, next)
  local server = net.createServer()
  server:on("listening", function()
    local address = server:address()
    log(form[1], address == path and "the path" or onlyHost(address))
    server:close(next)
  end)
  log(form[1], "returns the server", form[2](server) == server)
end)

t.run()
