// Descriptors on which nothing can listen.
"use strict";
const t = require("./prelude");
const { net, log, each } = t;

const ways = [
  ["no such descriptor", 9999],
  ["too large", 65535],
];
each(ways, (way, next) => {
  const server = net.createServer();
  server.on("error", (e) => {
    log(way[0], e);
    log(server.listening);
    next();
  });
  server.on("listening", () => log(way[0], "listening"));
  server.listen({ fd: way[1] });
});

t.run();
