-- The echo server and client of the page.
local t = require("prelude")
local net, log, tape = t.net, t.log, t.tape

local server = net.createServer(function(c)
  log("client connected")
  c:on("end", function() log("client disconnected") end)
  c:write("hello\r\n")
  c:pipe(c)
end)
server:on("error", function(e)
  error(e, 0)
end)
local near = tape("client")
server:listen(0, function()
  log("server bound")
  local client
  client = net.createConnection({ port = server:address().port }, function()
    near("connected to server!")
    client:write("world!\r\n")
  end)
  local chunks = {}
  client:on("data", function(data)
    table.insert(chunks, data)
    if #t.join(chunks) == 15 then client:finish() end
  end)
  client:on("end", function()
    near(t.join(chunks))
    near("disconnected from server")
    server:close()
  end)
end)

t.run()
