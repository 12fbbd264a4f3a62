-- With autoSelectFamily, the default, lookup is asked for all addresses.
local t = require("prelude")
local net, log, listen, each, watch = t.net, t.log, t.listen, t.each, t.watch

local events = "lookup connectionAttempt connectionAttemptFailed connect ready close error"
listen("tcp", {}, function(socket) socket:finish() end, function(to, server)
  local one = { { address = "127.0.0.1", family = 4 } }
  local twice = { one[1], one[1] }
  local two = { { address = "::1", family = 6 }, one[1] }
  local mixed = {
    { address = "127.0.0.9", family = 4 },
    { address = "127.0.0.1", family = 4 },
    { address = "::1", family = 6 },
  }
  local junk = { { address = "x", family = 4 }, { address = "127.0.0.1", family = 4 } }
  local ways = {
    { "one", one },
    { "twice", twice },
    { "two", two },
    { "mixed", mixed },
    { "junk", junk },
  }
  each(ways, function(way, next)
    local socket = net.Socket()
    watch(function(name, ...) log(way[1], name, ...) end, socket, events)
    socket:resume()
    socket:on("connect", function()
      log(way[1], "attempted", socket.autoSelectFamilyAttemptedAddresses)
    end)
    socket:on("close", function()
      if way[1] == "junk" then
        server:close()
      else
        next()
      end
    end)
    socket:connect({
      port = to.port,
      host = "some.name",
      lookup = function(host, given, callback)
        log(way[1], "asked", host, given.family, given.all)
        callback(nil, way[2])
      end,
    })
  end)
end)

t.run()
