-- Addresses that never answer: 'connectionAttemptTimeout', then the next; the last has no limit.
local t = require("prelude")
local net, log, watch = t.net, t.log, t.watch

local LIMIT = 60 -- milliseconds for one address
local events = "lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect "
  .. "ready close"
local function start(label, port, addresses, limit)
  local socket = watch(function(name, ...) log(label, name, ...) end, net.Socket(), events)
  socket:resume()
  socket:on("error", function(e)
    log(label, "error", e.name, e.code, e.message == "")
    for _, one in ipairs(e.errors or {}) do log(label, "one", one) end
  end)
  socket:on("close", function() log(label, socket.autoSelectFamilyAttemptedAddresses) end)
  return socket:connect({
    port = port,
    host = "some.name",
    autoSelectFamilyAttemptTimeout = limit,
    lookup = function(_, _, callback)
      local list = {}
      for i, address in ipairs(addresses) do list[i] = { address = address, family = 4 } end
      callback(nil, list)
    end,
  })
end

if not t.isSilent then
  t.silent("127.0.0.1", function(port, stop)
    local server = net.createServer(function(socket) socket:finish() end)
    local function defaults()
      net.setDefaultAutoSelectFamilyAttemptTimeout(LIMIT)
      local socket = start("default", port, { "127.0.0.1", "127.0.0.2" })
      socket:on("connectionAttemptTimeout", function() socket:destroy() end)
      socket:on("close", function()
        stop()
        server:close()
      end)
    end
    local function last()
      local socket = start("last", port, { "127.0.0.3", "127.0.0.1" }, LIMIT)
      t.later(function()
        log("still", socket.connecting, socket.autoSelectFamilyAttemptedAddresses)
        socket:destroy()
      end, 4 * LIMIT)
      socket:on("close", defaults)
    end
    local function accepted()
      start("refused", port, { "127.0.0.1", "127.0.0.3" }, LIMIT):on("close", last)
    end
    server:listen(port, "127.0.0.2", function()
      start("accepted", port, { "127.0.0.1", "127.0.0.2" }, LIMIT):on("close", accepted)
    end)
  end)
  t.run()
end
