-- A client of the echo server: lnet echo_client.lua [port [host]]
local net = require("lnet")

local port = tonumber(arg[1] or 8124)
local host = arg[2]

local client = net.createConnection({ port = port, host = host })
client:setEncoding("utf8")

client:on("connect", function()
  print("connected to server!")
  client:write("world!\r\n")
end)

local received = ""
client:on("data", function(text)
  received = received .. text
  if received:find("world!\r\n", 1, true) then client:finish() end
end)

client:on("end", function()
  io.write(received)
  print("disconnected from server")
end)

net.run()
