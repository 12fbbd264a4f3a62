// What listeners of 'end' and 'prefinish' put off comes before the next step of the socket.
"use strict";
const t = require("./prelude");
const { log, listen, each, net, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  const answer = (socket) => {
    const state = (event) =>
      log(where, event, socket.writableEnded, socket.writableFinished, socket.destroyed);
    for (const event of ["end", "prefinish", "finish", "close"]) {
      socket.on(event, () => {
        state(event);
        nextTick(state, `tick of ${event}`);
      });
    }
    socket.resume();
  };
  listen(where, {}, answer, (to, server) => {
    const socket = net.connect(to);
    socket.on("close", () => server.close(next));
    socket.resume();
    socket.end("bytes");
  });
});

t.run();
