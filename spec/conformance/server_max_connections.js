// What is above maxConnections is closed at once and told in 'drop'.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, props, later } = t;

each(["tcp", "unix"], (where, next) => {
  const names = "localAddress localFamily remoteAddress remoteFamily";
  const clients = [];
  listen(where, {}, (socket) => {
    log(where, "connection");
    socket.resume();
  }, (to, server) => {
    log(where, "default", server.maxConnections);
    server.maxConnections = 1;
    log(where, "set", server.maxConnections);
    server.on("drop", (data) => {
      log(where, "drop", data ? props(data, names) : "nothing");
      if (data) log(data.localPort === to.port, data.remotePort > 0);
    });
    const first = net.connect(to, () => {
      later(() => {
        const second = watch(t.tape(where + " second"), net.connect(to), "connect end error close");
        second.resume();
        second.on("close", () => {
          server.getConnections((e, n) => {
            log(where, "connections", e, n);
            first.end();
            server.close(next);
          });
        });
      }, 20);
    });
    first.resume();
    clients.push(first);
  });
});

t.run();
