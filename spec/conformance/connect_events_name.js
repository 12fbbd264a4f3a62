// A name: lookup with its arguments, then the attempts, connect, ready.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch } = t;

const events = "lookup connectionAttempt connect ready end finish close error";
listen("tcp", {}, (socket) => socket.end(), (to, server) => {
  const socket = watch(log, new net.Socket(), events);
  socket.connect({ port: to.port, host: "localhost", family: 4 });
  socket.resume();
  socket.on("close", () => server.close());
});

t.run();
