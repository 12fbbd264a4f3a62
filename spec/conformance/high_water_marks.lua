-- highWaterMark beside the marks of each half; what is no mark.
local t = require("prelude")
local log, net, raises, listen, props = t.log, t.net, t.raises, t.listen, t.props

local function marks(options)
  local socket = net.Socket(options)
  log(props(socket, "readableHighWaterMark writableHighWaterMark"))
end

marks({ highWaterMark = 10 })
marks({ highWaterMark = 10, readableHighWaterMark = 20, writableHighWaterMark = 30 })
marks({ highWaterMark = 0, readableHighWaterMark = 20, writableHighWaterMark = 30 })
marks({ readableHighWaterMark = 20 })
marks({ writableHighWaterMark = 30 })
marks({ readableHighWaterMark = 0, writableHighWaterMark = 0 })
marks({ highWaterMark = 10, readableHighWaterMark = "x", writableHighWaterMark = -1 })

for _, bad in ipairs({ "7", -1, 1.5, false, true }) do
  raises("both", function() net.Socket({ highWaterMark = bad, readableHighWaterMark = 20 }) end)
  raises("reading", function() net.Socket({ readableHighWaterMark = bad }) end)
  raises("writing", function() net.Socket({ writableHighWaterMark = bad }) end)
end

local options = { highWaterMark = 10, readableHighWaterMark = 20, writableHighWaterMark = 30 }
local server
server = listen("unix", options, function(socket)
  log(props(socket, "readableHighWaterMark writableHighWaterMark"))
  socket:destroy()
  server:close()
end, function(to)
  local socket = net.connect({
    path = to.path,
    highWaterMark = 40,
    readableHighWaterMark = 50,
    writableHighWaterMark = 60,
  })
  log(props(socket, "readableHighWaterMark writableHighWaterMark"))
  socket:resume()
end)

t.run()
