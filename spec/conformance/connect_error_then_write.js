// Writes and finish() in and after 'error' of a refused connection.
"use strict";
const t = require("./prelude");
const { net, log, watch, newPath } = t;

const path = newPath();
const socket = watch(log, new net.Socket(), "finish close");
socket.on("error", (e) => {
  log("error", e.code);
  log("write", socket.write("x", (e2) => log("write callback", e2.code)));
  socket.end((e2) => log("end callback", e2.code));
});
socket.connect(path);

t.run();
