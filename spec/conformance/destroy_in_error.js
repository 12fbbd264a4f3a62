// destroy() and a second error in 'error'.
"use strict";
const t = require("./prelude");
const { net, log, watch, newPath } = t;

const path = newPath();
const socket = watch(log, new net.Socket(), "close");
socket.on("error", (e) => {
  log("error", e.code);
  socket.destroy(t.error("second"));
  log(socket.errored === e, socket.destroyed);
});
socket.connect(path);

t.run();
