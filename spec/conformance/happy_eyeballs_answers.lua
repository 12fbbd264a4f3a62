-- What a lookup may answer: families in turn, each address once, what is no address, errors.
local t = require("prelude")
local net, log, listen, each, watch = t.net, t.log, t.listen, t.each, t.watch

local function of(address, family)
  return { address = address, family = family }
end
local events = "lookup connectionAttempt connectionAttemptFailed connect ready close"
local function onConnection(socket)
  socket:on("error", function() end)
  socket:finish()
end
listen("tcp", {}, onConnection, function(to, server)
  local good = of("127.0.0.1", 4)
  local bad = of("127.0.0.9", 4)
  local six = of("::1", 6)
  local ways = {
    { "no address", { nil, { of("x", 4) } } },
    { "no family", { nil, { of("127.0.0.1", 5) } } },
    { "no addresses", { nil, { of("x", 4), of("y", 6) } } },
    { "family as text", { nil, { of("127.0.0.1", "IPv4") } } },
    { "wrong family", { nil, { of("127.0.0.1", 6) } } },
    { "one wrong family", { nil, { of("::1", 4), good } } },
    { "error", { t.error("bad") } },
    { "IPv6 first", { nil, { six, good } } },
    { "in turn", { nil, { of("127.0.0.8", 4), bad, six, good } } },
    { "repeated", { nil, { bad, bad, good, good } } },
    { "localPort", { nil, { bad, good } }, { localPort = 0 } },
    { "localAddress", { nil, "127.0.0.1", 4 }, { localAddress = "127.0.0.1" } },
    { "family 4", { nil, "127.0.0.1", 4 }, { family = 4 } },
    { "family 0", { nil, { good } }, { family = 0 } },
    { "off", { nil, "127.0.0.1", 4 }, { autoSelectFamily = false } },
    { "off, no family", { nil, "127.0.0.1", 7 }, { autoSelectFamily = false } },
    { "off, no address", { nil, "x", 4 }, { autoSelectFamily = false } },
    { "off, error", { t.error("bad") }, { autoSelectFamily = false } },
    { "all refuse", { nil, { bad, of("127.0.0.8", 4) } } },
    { "both families refuse", { nil, { six, of("127.0.0.8", 4) } }, { localPort = 0 } },
    { "hints", { nil, { good } }, { hints = 32 } },
  }
  each(ways, function(way, next)
    local label, answer = way[1], way[2]
    local socket = net.Socket()
    watch(function(name, ...) log(label, name, ...) end, socket, events)
    socket:resume()
    socket:on("error", function(e)
      log(label, "error", e, e.host)
      for _, one in ipairs(e.errors or {}) do log(label, "one", one) end
    end)
    socket:on("close", function()
      log(label, socket.autoSelectFamilyAttemptedAddresses)
      if way == ways[#ways] then server:close() else next() end
    end)
    local options = {
      port = to.port,
      host = "some.name",
      lookup = function(host, given, callback)
        log(label, "asked", host, given.family, given.all, given.hints)
        t.setImmediate(function() callback(answer[1], answer[2], answer[3]) end)
      end,
    }
    for key, value in pairs(way[3] or {}) do options[key] = value end
    socket:connect(options)
  end)
end)

t.run()
