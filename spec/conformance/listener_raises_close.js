// Raised in 'connection', 'connect', 'close': sockets and servers end in order.
"use strict";
const t = require("./prelude");
const { net } = t;

const server = net.createServer((socket) => {
  socket.end();
  socket.resume();
  socket.on("close", () => server.close());
  throw t.error("in connection");
});
server.on("close", () => {
  throw t.error("in close");
});
server.listen(0, "127.0.0.1", () => {
  const socket = net.connect(server.address().port, "127.0.0.1");
  socket.resume();
});

t.run();
