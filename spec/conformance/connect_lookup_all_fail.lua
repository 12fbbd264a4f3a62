-- All addresses fail: an AggregateError with one error for each.
local t = require("prelude")
local net, log, listen, watch = t.net, t.log, t.listen, t.watch

local events = "lookup connectionAttempt connectionAttemptFailed connect close"
listen("tcp", {}, nil, function(to, server)
  server:close(function()
    local socket = watch(log, net.Socket(), events)
    socket:on("error", function(e)
      log("error", e.name, e.code, e.message == "", tostring(e))
      for _, one in ipairs(e.errors) do
        log("one", one)
      end
      log(socket.autoSelectFamilyAttemptedAddresses)
    end)
    socket:connect({
      port = to.port,
      host = "some.name",
      lookup = function(_host, _given, callback)
        callback(nil, {
          { address = "127.0.0.1", family = 4 },
          { address = "::1", family = 6 },
          { address = "127.0.0.2", family = 4 },
        })
      end,
    })
  end)
end)

t.run()
