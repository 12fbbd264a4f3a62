// One turn of the loop gives a server one connection, however many wait: what comes between two.
"use strict";
const t = require("./prelude");
const { net, log, listen, each } = t;

const CLIENTS = 4;
each(["tcp", "unix"], (where, next) => {
  log("--", where);
  let accepted = 0;
  let closed = 0;
  listen(where, {}, (socket) => {
    accepted += 1;
    const number = accepted;
    log("connection", number);
    t.nextTick(() => log("tick", number));
    t.setImmediate(() => log("immediate", number));
    socket.on("data", (data) => log("data", number, data));
    socket.end();
  }, (to, server) => {
    for (let i = 1; i <= CLIENTS; i++) {
      const socket = net.connect(to);
      socket.on("connect", () => log("connect", i));
      socket.write("text" + i);
      socket.resume();
      socket.on("close", () => {
        closed += 1;
        if (closed === CLIENTS) server.close(() => next());
      });
    }
  });
});

t.run();
