// A path: no lookup.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch } = t;

const events = "lookup connectionAttempt connect ready end finish close error";
listen("unix", {}, (socket) => socket.end(), (to, server) => {
  const socket = watch(log, new net.Socket(), events);
  socket.connect(to.path);
  socket.resume();
  socket.on("close", () => server.close());
});

t.run();
