// allowHalfOpen of the server is that of its sockets; it is read at each connection.
"use strict";
const t = require("./prelude");
const { net, log, later } = t;

const server = net.createServer({ allowHalfOpen: true });
let count = 0;
server.on("connection", (socket) => {
  count += 1;
  log(count, socket.allowHalfOpen, socket.server === server);
  socket.on("end", () => {
    log(count, "end", socket.writable);
    socket.end();
  });
  socket.resume();
  server.allowHalfOpen = false;
});
const connect = (next) => {
  const near = net.connect(server.address().port, "127.0.0.1");
  near.end();
  near.resume();
  near.on("close", () => later(next, 20));
};
server.listen(0, "127.0.0.1", () => {
  connect(() => connect(() => server.close()));
});

t.run();
