// Nothing fires inside connect(); ticks and 'connect' in order.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => socket.end(), (to, server) => {
    const socket = new net.Socket();
    socket.on("connect", () => {
      log(where, "connect");
      nextTick(() => log(where, "tick in connect"));
    });
    socket.on("ready", () => log(where, "ready"));
    nextTick(() => log(where, "tick before"));
    socket.connect(to);
    nextTick(() => log(where, "tick after"));
    log(where, "called");
    socket.on("close", () => server.close(next));
    socket.resume();
  });
});

t.run();
