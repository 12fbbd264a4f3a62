// listening and address() before, right after listen(), in 'listening', after close().
"use strict";
const t = require("./prelude");
const { net, log, each, nextTick, newPath } = t;

const state = (label, server) => {
  const address = server.address();
  log(label, "listening", server.listening, "address", address === null ? "none" : "there");
};
const path = newPath();
const ways = [
  ["any host", (server) => server.listen(0)],
  ["host", (server) => server.listen(0, "127.0.0.1")],
  ["path", (server) => server.listen(path)],
];
each(ways, (way, next) => {
  const server = net.createServer();
  state(way[0] + " before", server);
  server.on("listening", () => {
    state(way[0] + " in listening", server);
    server.on("close", () => {
      state(way[0] + " in close", server);
      next();
    });
    server.close();
    state(way[0] + " after close()", server);
  });
  way[1](server);
  state(way[0] + " after listen()", server);
  nextTick(() => state(way[0] + " in a tick", server));
});

t.run();
