// All addresses fail: an AggregateError with one error for each.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch } = t;

const events = "lookup connectionAttempt connectionAttemptFailed connect close";
listen("tcp", {}, null, (to, server) => server.close(() => {
  const socket = watch(log, new net.Socket(), events);
  socket.on("error", (e) => {
    log("error", e.name, e.code, e.message === "", String(e));
    for (const one of e.errors) log("one", one);
    log(socket.autoSelectFamilyAttemptedAddresses);
  });
  socket.connect({
    port: to.port,
    host: "some.name",
    lookup: (_host, _given, callback) => callback(null, [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
      { address: "127.0.0.2", family: 4 },
    ]),
  });
}));

t.run();
