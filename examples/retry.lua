-- A port that is in use is tried again a little later: lnet retry.lua [port [milliseconds]]
local net = require("lnet")
local timers = require("lnet.timers")

local PORT, HOST = tonumber(arg[1] or 8124), "127.0.0.1"
local wait = tonumber(arg[2] or 1000)

-- Somebody has the port already; it goes after a while.
local first = net.createServer()
local server = net.createServer()

server:on("error", function(e)
  if e.code == "EADDRINUSE" then
    print("Address in use, retrying...")
    first:close()
    timers.setTimeout(function()
      server:close()
      server:listen(PORT, HOST)
    end, wait)
  end
end)

server:on("listening", function()
  print("listening")
  server:close()
end)

first:listen(PORT, HOST, function()
  PORT = first:address().port
  server:listen(PORT, HOST)
end)

net.run()
