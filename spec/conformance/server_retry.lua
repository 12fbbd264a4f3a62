-- The page's own example: address in use, retry a little later with close() and listen().
local t = require("prelude")
local net, log, listen, later = t.net, t.log, t.listen, t.later

local attempts = 0
listen("tcp", {}, nil, function(to, first)
  local server = net.createServer()
  server:on("error", function(e)
    if e.code == "EADDRINUSE" then
      attempts = attempts + 1
      log("Address in use, retrying...")
      if attempts == 2 then first:close() end
      later(function()
        server:close()
        server:listen(to.port, to.host)
      end, 50)
    end
  end)
  server:on("close", function() log("close") end)
  server:on("listening", function()
    log("listening after", attempts)
    server:close()
  end)
  server:listen(to.port, to.host)
end)

t.run()
