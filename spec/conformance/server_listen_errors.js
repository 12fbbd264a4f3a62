// Addresses that do not work: the whole error, and no other event.
"use strict";
const t = require("./prelude");
const { net, log, each, watch, later } = t;

const ways = [
  ["no such directory", { path: "/no/such/directory/at/all" }],
  ["a directory", { path: "/" }],
  ["foreign address", { port: 0, host: "192.0.2.200" }],
  ["foreign IPv6 address", { port: 0, host: "2001:db8::1" }],
];
each(ways, (way, next) => {
  const server = net.createServer();
  watch((...values) => log(way[0], ...values), server, "listening close");
  server.on("error", (e) => {
    log(way[0], e);
    log(way[0], "listening", server.listening);
    later(next, 20);
  });
  server.listen(way[1]);
});

t.run();
