// destroy() before connect(): 'close' comes; the socket can be connected then.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch, props } = t;

listen("tcp", {}, (socket) => socket.end("hello"), (to, server) => {
  const socket = watch(log, new net.Socket(), "connect data end close error");
  socket.destroy();
  log(props(socket, "destroyed closed"));
  let round = 0;
  socket.on("close", () => {
    round += 1;
    if (round === 1) socket.connect(to);
    else server.close();
  });
});

t.run();
