// close() in 'listening', in 'connection' and before 'listening' came.
"use strict";
const t = require("./prelude");
const { net, log, each, watch, setImmediate } = t;

const order = ["before listening", "in listening", "in connection"];
each(order, (when, next) => {
  const server = net.createServer();
  watch((...values) => log(when, ...values), server, "listening close error");
  server.on("close", () => setImmediate(next));
  server.on("connection", (socket) => {
    log(when, "connection");
    socket.end("bye");
    socket.resume();
    if (when === "in connection") server.close();
  });
  server.on("listening", () => {
    if (when === "in listening") server.close();
    if (when === "in connection") {
      const near = net.connect(server.address().port, "127.0.0.1");
      near.resume();
    }
  });
  server.listen(0);
  if (when === "before listening") server.close();
});

t.run();
