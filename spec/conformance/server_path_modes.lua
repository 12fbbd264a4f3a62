-- readableAll and writableAll set the permissions of the socket file.
local t = require("prelude")
local net, log, each, newPath = t.net, t.log, t.each, t.newPath

local ways = {
  { true, true },
  { true, false },
  { false, true },
}
each(ways, function(way, next)
  local path = newPath()
  local server = net.createServer()
  server:listen({ path = path, readableAll = way[1], writableAll = way[2] }, function()
    local mode = t.shell("stat -c %A " .. path .. " | cut -c 8-9")
    log("readableAll", way[1], "writableAll", way[2], mode)
    server:close(next)
  end)
end)

t.run()
