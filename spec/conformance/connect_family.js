// family 4 and 6, as numbers and names, and 0.
"use strict";
const t = require("./prelude");
const { net, log, each } = t;

const server = net.createServer((socket) => socket.end());
server.listen(0, () => {
  each([4, "IPv4", 0], (family, next) => {
    const socket = new net.Socket();
    socket.on("connect", () => log(family, "connect", socket.remoteFamily));
    socket.on("error", (e) => log(family, "error", e.code));
    socket.resume();
    socket.on("close", () => {
      if (family === 0) server.close();
      else next();
    });
    socket.connect({ port: server.address().port, host: "localhost", family: family });
  });
});

t.run();
