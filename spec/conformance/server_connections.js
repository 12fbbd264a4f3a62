// getConnections: asynchronous, exact at the time of the call, chains.
"use strict";
const t = require("./prelude");
const { net, log, later } = t;

const server = net.createServer();
const count = (label) => {
  const same = server.getConnections((e, n) => log(label, e, n)) === server;
  log(label, "called", same);
};
count("before listen");
server.on("connection", (socket) => {
  count("in connection");
  socket.resume();
  socket.on("end", () => count("server side end"));
  socket.on("close", () => {
    count("server side close");
    server.close();
    count("closed");
  });
});
server.listen(0, "127.0.0.1", () => {
  const near = net.connect(server.address());
  near.on("connect", () => later(() => {
    count("open");
    near.end();
  }, 20));
  near.resume();
});
server.on("close", () => count("in close"));

t.run();
