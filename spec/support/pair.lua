--- Two connected sockets, the client's and the accepted one; their server takes no more.
-- `options` go to both ends.
local net = require("lnet")
local serve = require("spec.support.serve")
local within = require("spec.support.within")

local pair = {}

local CONNECT_SECONDS = 5 -- the loopback takes no time; more is a hang

local function connected(server, target, options)
  for name, value in pairs(options or {}) do
    target[name] = value
  end
  local near = within.keep(net.connect(target))
  local far
  server:once("connection", function(socket) far = socket end)
  within.reached(CONNECT_SECONDS, function() return far ~= nil and not near.connecting end)
  server:close()
  return near, far
end

--- pair.tcp([options]) -> near, far
function pair.tcp(options)
  local server, port = serve.tcp(options)
  return connected(server, { port = port, host = "127.0.0.1" }, options)
end

--- pair.unix([options]) -> near, far
function pair.unix(options)
  local server, path = serve.unix(options)
  return connected(server, { path = path }, options)
end

return pair
