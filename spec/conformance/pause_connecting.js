// pause() and resume() before and while connecting.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch, props, later } = t;

listen("tcp", {}, (socket) => socket.end("hello"), (to, server) => {
  const socket = new net.Socket();
  watch(log, socket, "connect data end close pause resume");
  log(socket.isPaused(), socket.readableFlowing);
  socket.pause();
  log(socket.isPaused(), socket.readableFlowing);
  socket.connect(to);
  later(() => {
    log("later", socket.isPaused(), props(socket, "readableLength bytesRead"));
    socket.resume();
  }, 40);
  socket.on("close", () => server.close());
});

t.run();
