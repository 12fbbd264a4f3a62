-- A server that closes itself in its first 'connection': who has not been accepted yet is reset.
local t = require("prelude")
local net, log, listen, each, tape, watch = t.net, t.log, t.listen, t.each, t.tape, t.watch

each({ "tcp", "unix" }, function(where, next)
  local open = 3
  local done
  local function left()
    open = open - 1
    if open == 0 then done() end
  end
  local server
  server = listen(where, {}, function(socket)
    log(where, "connection")
    socket:resume()
    server:close(function() log("closed") end)
  end, function(to)
    done = function() next() end
    for i = 1, 3 do
      local socket = watch(tape(where .. i), net.connect(to), "connect end error close")
      socket:resume()
      if i == 1 then socket:finish() end
      socket:on("close", left)
    end
  end)
end)

t.run()
