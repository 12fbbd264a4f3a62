// After a refused connection the same socket connects elsewhere.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch, props, newPath } = t;

const path = newPath();
listen("tcp", {}, (socket) => socket.end("hello"), (to, server) => {
  const socket = watch(log, new net.Socket(), "connect ready data end error close");
  let round = 0;
  socket.on("close", () => {
    round += 1;
    log(props(socket, "errored destroyed"));
    if (round === 1) {
      socket.connect(to);
      log(props(socket, "errored destroyed connecting"));
    } else {
      server.close();
    }
  });
  socket.connect(path);
});

t.run();
