// A name in Linux' abstract name space: who hears of the connection first, and of a refusal.
"use strict";
const t = require("./prelude");
const { net, log, watch, newPath } = t;

const events = "lookup connectionAttempt connect ready end finish close error";
const name = "\0lnet-" + newPath();
const server = net.createServer((socket) => {
  log("connection");
  socket.end();
});
server.listen(name, () => {
  log("listening");
  const socket = watch(log, new net.Socket(), events);
  socket.connect(name, () => log("connect's callback"));
  socket.resume();
  process.nextTick(() => log("tick", socket.connecting));
  setImmediate(() => log("immediate", socket.connecting));
  socket.on("close", () => {
    server.close(() => {
      const late = watch(log, net.connect(name), "connect error close");
      setImmediate(() => log("immediate", late.connecting));
    });
  });
});

t.run();
