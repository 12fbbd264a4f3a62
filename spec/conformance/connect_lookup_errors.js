// What a lookup may answer that is no address.
"use strict";
const t = require("./prelude");
const { net, log, each, watch, later, setImmediate } = t;

const ways = [
  ["error", (f) => f(t.error("no such name"))],
  ["error later", (f) => later(() => f(t.error("no such name")), 10)],
  ["no IP", (f) => f(null, "nonsense", 4)],
  ["bad family", (f) => f(null, "127.0.0.1", 5)],
  ["family as text", (f) => f(null, "127.0.0.1", "4")],
];
each(ways, (way, next) => {
  const socket = new net.Socket();
  watch((...values) => log(way[0], ...values), socket, "lookup connect error close");
  socket.on("close", () => setImmediate(next));
  socket.connect({
    port: 12345,
    host: "some.name",
    family: 4,
    lookup: (_host, _given, callback) => way[1](callback),
  });
});

t.run();
