// A server that closes itself in its first 'connection': who has not been accepted yet is reset.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, tape, watch } = t;

each(["tcp", "unix"], (where, next) => {
  let open = 3;
  let done;
  const left = () => {
    open -= 1;
    if (open === 0) done();
  };
  const server = listen(where, {}, (socket) => {
    log(where, "connection");
    socket.resume();
    server.close(() => log("closed"));
  }, (to) => {
    done = () => next();
    for (let i = 1; i <= 3; i++) {
      const socket = watch(tape(where + i), net.connect(to), "connect end error close");
      socket.resume();
      if (i === 1) socket.end();
      socket.on("close", left);
    }
  });
});

t.run();
