// A megabyte comes back whole and in order, over TCP and Unix.
"use strict";
const t = require("./prelude");
const { net, log, listen, each } = t;

const block = t.fill("0123456789abcdef", 65536);
each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => socket.pipe(socket), (to, server) => {
    const near = net.connect(to);
    const chunks = [];
    near.on("data", (data) => chunks.push(data));
    near.on("end", () => {
      const text = t.text(t.join(chunks), 1048576);
      log(where, text.length, text === block, near.bytesRead, near.bytesWritten);
      server.close(next);
    });
    near.end(block);
  });
});

t.run();
