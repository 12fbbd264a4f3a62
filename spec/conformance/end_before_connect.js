// finish() on a socket that was never connected.
"use strict";
const t = require("./prelude");
const { net, log, watch, props, later } = t;

const socket = new net.Socket();
watch(log, socket, "finish end close error connect");
socket.end((e) => log("callback", e));
log(props(socket, "writable writableEnded writableFinished destroyed"));
later(() => {
  log(props(socket, "writable writableEnded writableFinished destroyed"));
  socket.destroy();
}, 20);

t.run();
