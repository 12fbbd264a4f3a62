-- A local port without a local address: the error names the address that stands for any.
local t = require("prelude")
local net, log, listen, watch = t.net, t.log, t.listen, t.watch

local function lookup(...)
  local list = {}
  for i, address in ipairs({ ... }) do
    list[i] = { address = address, family = net.isIP(address) }
  end
  return function(_, _, callback) t.setImmediate(callback, nil, list) end
end

local function try(to, own, way, next)
  local name, options = table.unpack(way)
  options.port, options.localPort = to.port, own.port
  local socket = net.connect(options)
  watch(function(...) log(name, ...) end, socket,
    "connectionAttempt connectionAttemptFailed error close")
  socket:on("error", function(e)
    for _, each in ipairs(e.errors or { e }) do log(each, each.localAddress, each.localPort) end
  end)
  socket:on("close", function() next() end)
end

listen("tcp", {}, nil, function(to, target)
  listen("tcp", {}, nil, function(own, server) -- while the other one is open: not the same port
    target:close()
    server:close(function()
      local ways = {
        { "address", { host = to.host } },
        { "IPv6", { host = "::1" } },
        { "one", { host = "some.host", lookup = lookup("127.0.0.1") } },
        { "two", { host = "some.host", lookup = lookup("127.0.0.1", "::1") } },
      }
      t.each(ways, function(way, next) try(to, own, way, next) end)
    end)
  end)
end)

t.run()
