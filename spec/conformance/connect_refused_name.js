// A refused name with one address.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch } = t;

const events = "lookup connectionAttempt connectionAttemptFailed connect ready end error close";
listen("tcp", {}, null, (to, server) => server.close(() => {
  const socket = watch(log, new net.Socket(), events);
  socket.connect({ port: to.port, host: "localhost", family: 4 });
}));

t.run();
