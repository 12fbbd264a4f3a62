// A callback of onread that returns false pauses until resume(); a function gives the buffer.
"use strict";
const t = require("./prelude");
const { net, log, listen, later } = t;

listen("tcp", {}, (socket) => socket.end("0123456789"), (to, server) => {
  let socket;
  let asked = 0;
  const parts = [];
  socket = net.connect({
    port: to.port,
    host: to.host,
    onread: {
      buffer: () => {
        asked += 1;
        return t.buffer(5);
      },
      callback: (n, buffer) => {
        parts.push(t.text(buffer, n));
        log("onread", n);
        later(() => {
          log("resume");
          socket.resume();
        }, 20);
        return false;
      },
    },
  });
  socket.on("end", () => log("end", t.join(parts)));
  socket.on("close", () => server.close());
});

t.run();
