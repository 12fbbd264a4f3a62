// unref() before connect() counts once connected.
"use strict";
const t = require("./prelude");
const { net, log, listen } = t;

listen("tcp", {}, (socket) => {
  log("connection");
  socket.unref();
  socket.server.close();
}, (to) => {
  const socket = new net.Socket();
  socket.unref();
  socket.connect(to);
  socket.on("close", () => log("never"));
});

t.run();
