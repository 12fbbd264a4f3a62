// Addresses that never answer: 'connectionAttemptTimeout', then the next; the last has no limit.
"use strict";
const t = require("./prelude");
const { net, log, watch } = t;

const LIMIT = 60; // milliseconds for one address
const events = "lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect ready " +
  "close";
const start = (label, port, addresses, options) => {
  const socket = watch((name, ...values) => log(label, name, ...values), new net.Socket(), events);
  socket.resume();
  socket.on("error", (e) => {
    log(label, "error", e.name, e.code, e.message === "");
    for (const one of e.errors || []) log(label, "one", one);
  });
  socket.on("close", () => log(label, socket.autoSelectFamilyAttemptedAddresses));
  return socket.connect({
    port: port,
    host: "some.name",
    autoSelectFamilyAttemptTimeout: LIMIT,
    ...options,
    lookup: (_host, _given, callback) => callback(null,
      addresses.map((address) => ({ address: address, family: 4 }))),
  });
};

if (!t.isSilent) {
  t.silent("127.0.0.1", (port, stop) => {
    const server = net.createServer((socket) => socket.end());
    server.listen(port, "127.0.0.2", () => {
      const accepted = () => {
        start("refused", port, ["127.0.0.1", "127.0.0.3"]).on("close", last);
      };
      const last = () => {
        const socket = start("last", port, ["127.0.0.3", "127.0.0.1"]);
        t.later(() => {
          log("still", socket.connecting, socket.autoSelectFamilyAttemptedAddresses);
          socket.destroy();
        }, 4 * LIMIT);
        socket.on("close", defaults);
      };
      const defaults = () => {
        net.setDefaultAutoSelectFamilyAttemptTimeout(LIMIT);
        const options = { autoSelectFamilyAttemptTimeout: undefined };
        const socket = start("default", port, ["127.0.0.1", "127.0.0.2"], options);
        socket.on("connectionAttemptTimeout", () => socket.destroy());
        socket.on("close", () => {
          stop();
          server.close();
        });
      };
      start("accepted", port, ["127.0.0.1", "127.0.0.2"]).on("close", accepted);
    });
  });
  t.run();
}
