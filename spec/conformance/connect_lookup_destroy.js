// destroy() while the name is looked up, and in 'lookup': no connection is tried.
"use strict";
const t = require("./prelude");
const { net, log, each, watch, later } = t;

const ways = ["before the answer", "in lookup", "at once"];
each(ways, (way, next) => {
  const socket = new net.Socket();
  watch((...values) => log(way, ...values), socket, "lookup connectionAttempt connect error close");
  socket.on("lookup", () => {
    if (way === "in lookup") socket.destroy();
  });
  let answer;
  socket.connect({
    port: 12345,
    host: "some.name",
    family: 4,
    lookup: (_host, _given, callback) => {
      answer = callback;
    },
  });
  if (way === "at once") socket.destroy();
  later(() => {
    if (way === "before the answer") socket.destroy(t.error("too late"));
    answer(null, "127.0.0.1", 4);
    later(next, 20);
  }, 20);
});

t.run();
