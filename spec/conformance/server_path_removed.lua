-- The socket file is there while the server listens and goes when it closes.
local t = require("prelude")
local net, log, newPath = t.net, t.log, t.newPath

local path = newPath()
local server = net.createServer(function(socket) socket:finish() end)
log("before", t.exists(path))
server:listen(path, function()
  log("listening", t.exists(path), server:address() == path)
  local near = net.connect(path)
  near:resume()
  near:on("close", function()
    log("connected once", t.exists(path))
    server:close(function() log("closed", t.exists(path)) end)
    log("after close()", t.exists(path))
  end)
end)

t.run()
