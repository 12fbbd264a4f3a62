// 'listening' comes after the call, among ticks and immediates in node's order.
"use strict";
const t = require("./prelude");
const { net, log, each, setImmediate, nextTick, newPath } = t;

const path = newPath();
const ways = [
  ["any host", (server) => server.listen(0)],
  ["host", (server) => server.listen(0, "127.0.0.1")],
  ["path", (server) => server.listen(path)],
];
each(ways, (way, next) => {
  const server = net.createServer();
  server.on("listening", () => log(way[0], "listening"));
  setImmediate(() => {
    log(way[0], "immediate");
    server.close(next);
  });
  nextTick(() => {
    log(way[0], "tick before");
    nextTick(() => log(way[0], "tick of the tick"));
  });
  way[1](server);
  nextTick(() => log(way[0], "tick after"));
  log(way[0], "called");
});

t.run();
