// noDelay, keepAlive and highWaterMark of a server are for its sockets.
"use strict";
const t = require("./prelude");
const { net, log, props } = t;

const server = net.createServer({
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 5000,
  highWaterMark: 1000,
});
server.on("connection", (socket) => {
  log(props(socket, "readableHighWaterMark writableHighWaterMark"));
  const port = String(server.address().port);
  log(t.shell("ss -Htno state established sport = :" + port + " | grep -o keepalive"));
  socket.end();
  socket.resume();
  server.close();
});
server.listen(0, "127.0.0.1", () => {
  const near = net.connect(server.address());
  near.resume();
});

t.run();
