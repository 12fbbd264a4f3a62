// The order of all that a refused connection tells, with ticks between.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch, nextTick } = t;

const events = "lookup connectionAttempt connectionAttemptFailed connect ready end error close";
listen("tcp", {}, null, (to, server) => server.close(() => {
  const socket = watch(log, new net.Socket(), events);
  socket.on("error", () => nextTick(() => log("tick in error")));
  socket.connect(to);
  socket.write("lost", (e) => log("write callback", e));
  socket.end(() => log("end callback"));
  socket.on("close", () => nextTick(() => log("tick in close")));
}));

t.run();
