-- Every property of a socket that was never used.
local t = require("prelude")
local net, log, props = t.net, t.log, t.props

local lines = {
  "connecting destroyed pending readyState closed errored timeout",
  "bytesRead bytesWritten bufferSize allowHalfOpen",
  "localAddress localPort localFamily remoteAddress remotePort remoteFamily",
  "readable readableEnded readableFlowing readableLength readableHighWaterMark",
  "readableEncoding readableDidRead readableAborted",
  "writable writableEnded writableFinished writableLength writableHighWaterMark",
  "writableNeedDrain writableCorked",
  "autoSelectFamilyAttemptedAddresses",
}
local socket = net.Socket()
for _, line in ipairs(lines) do
  log(props(socket, line))
end
log(socket:address(), socket:isPaused())
log("own field", socket.mine)
socket.mine = "kept"
log("own field", socket.mine)
local half = net.Socket({ allowHalfOpen = true, highWaterMark = 100 })
log(props(half, "allowHalfOpen readableHighWaterMark writableHighWaterMark"))
local both = net.Socket({ readableHighWaterMark = 5, writableHighWaterMark = 6 })
log(props(both, "allowHalfOpen readableHighWaterMark writableHighWaterMark"))

t.run()
