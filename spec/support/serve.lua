--- Servers that listen already: on a free port of the loopback, or at a temporary path.
local net = require("lnet")
local temp = require("spec.support.temp")
local within = require("spec.support.within")

local serve = {}

local LISTEN_SECONDS = 5 -- binding takes no time; more is a hang

local function started(server)
  within.reached(LISTEN_SECONDS, function() return server.listening and server:address() ~= nil end)
  return server
end

--- serve.tcp([options, ]listener) -> server, port
function serve.tcp(options, listener)
  local server = within.keep(net.createServer(options, listener))
  started(server:listen(0, "127.0.0.1"))
  return server, server:address().port
end

--- serve.unix([options, ]listener) -> server, path
function serve.unix(options, listener)
  local server = within.keep(net.createServer(options, listener))
  local path = temp.path()
  started(server:listen(path))
  return server, path
end

return serve
