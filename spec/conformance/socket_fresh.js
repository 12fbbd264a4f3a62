// Every property of a socket that was never used.
"use strict";
const t = require("./prelude");
const { net, log, props } = t;

const lines = [
  "connecting destroyed pending readyState closed errored timeout",
  "bytesRead bytesWritten bufferSize allowHalfOpen",
  "localAddress localPort localFamily remoteAddress remotePort remoteFamily",
  "readable readableEnded readableFlowing readableLength readableHighWaterMark",
  "readableEncoding readableDidRead readableAborted",
  "writable writableEnded writableFinished writableLength writableHighWaterMark",
  "writableNeedDrain writableCorked",
  "autoSelectFamilyAttemptedAddresses",
];
const socket = new net.Socket();
for (const line of lines) log(props(socket, line));
log(socket.address(), socket.isPaused());
log("own field", socket.mine);
socket.mine = "kept";
log("own field", socket.mine);
const half = net.Socket({ allowHalfOpen: true, highWaterMark: 100 });
log(props(half, "allowHalfOpen readableHighWaterMark writableHighWaterMark"));
const both = new net.Socket({ readableHighWaterMark: 5, writableHighWaterMark: 6 });
log(props(both, "allowHalfOpen readableHighWaterMark writableHighWaterMark"));

t.run();
