// A local port without a local address: the error names the address that stands for any.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch, each } = t;

listen("tcp", {}, null, (to, target) => {
  listen("tcp", {}, null, (own, server) => { // while the other one is open: not the same port
    target.close();
    server.close(() => {
      const lookup = (...addresses) => (host, options, callback) => setImmediate(() =>
        callback(null, addresses.map((address) => ({ address, family: net.isIP(address) }))));
      const ways = [
        ["address", { host: to.host }],
        ["IPv6", { host: "::1" }],
        ["one", { host: "some.host", lookup: lookup("127.0.0.1") }],
        ["two", { host: "some.host", lookup: lookup("127.0.0.1", "::1") }],
      ];
      each(ways, ([name, options], next) => {
        const socket = net.connect({ port: to.port, localPort: own.port, ...options });
        watch((...values) => log(name, ...values), socket,
          "connectionAttempt connectionAttemptFailed error close");
        socket.on("error", (e) => {
          for (const each of e.errors || [e]) log(each, each.localAddress, each.localPort);
        });
        socket.on("close", next);
      });
    });
  });
});

t.run();
