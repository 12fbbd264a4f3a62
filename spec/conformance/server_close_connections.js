// 'close' waits for the connections; new ones are refused meanwhile.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, later } = t;

each(["tcp", "unix"], (where, next) => {
  let near;
  listen(where, {}, (socket) => {
    socket.on("end", () => log(where, "server side end"));
    socket.resume();
    socket.server.close((e) => {
      log(where, "close callback", e);
    });
    socket.server.on("close", () => {
      log(where, "close");
      next();
    });
    log(where, "listening", socket.server.listening);
    later(() => {
      log(where, "still connected");
      near.end();
    }, 50);
  }, (to) => {
    near = net.connect(to);
    near.resume();
  });
});

t.run();
