// The socket file is there while the server listens and goes when it closes.
"use strict";
const t = require("./prelude");
const { net, log, newPath } = t;

const path = newPath();
const server = net.createServer((socket) => socket.end());
log("before", t.exists(path));
server.listen(path, () => {
  log("listening", t.exists(path), server.address() === path);
  const near = net.connect(path);
  near.resume();
  near.on("close", () => {
    log("connected once", t.exists(path));
    server.close(() => log("closed", t.exists(path)));
    log("after close()", t.exists(path));
  });
});

t.run();
