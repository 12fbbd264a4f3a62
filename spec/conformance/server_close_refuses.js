// A server that was closed refuses, while its connections go on.
"use strict";
const t = require("./prelude");
const { net, log, listen, each } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => socket.pipe(socket), (to, server) => {
    const first = net.connect(to);
    first.on("data", (data) => {
      log(where, "first", data);
      if (data.length !== 3) return;
      server.close(() => {
        log(where, "closed");
        next();
      });
      const second = net.connect(to);
      second.on("error", (e) => {
        log(where, "second", e.code, e.syscall);
        first.write("more");
        first.end();
      });
    });
    first.write("one");
  });
});

t.run();
