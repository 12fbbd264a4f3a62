// A socket connects again after 'close', with its listeners; counters start anew.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, props, setImmediate } = t;

const names = "bytesRead bytesWritten destroyed connecting readyState writableEnded readableEnded";
each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => socket.end("hello"), (to, server) => {
    const socket = new net.Socket();
    watch((...values) => log(where, ...values), socket, "connect ready data end finish close");
    let round = 0;
    socket.on("close", () => {
      log(where, props(socket, names));
      round += 1;
      if (round === 3) {
        server.close(next);
        return;
      }
      if (round === 1) {
        socket.connect(to);
        log(where, props(socket, names));
      } else {
        setImmediate(() => socket.connect(to));
      }
    });
    socket.on("connect", () => socket.write("four"));
    socket.connect(to);
  });
});

t.run();
