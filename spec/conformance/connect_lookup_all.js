// With autoSelectFamily, the default, lookup is asked for all addresses.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch } = t;

const events = "lookup connectionAttempt connectionAttemptFailed connect ready close error";
listen("tcp", {}, (socket) => socket.end(), (to, server) => {
  const one = [{ address: "127.0.0.1", family: 4 }];
  const twice = [one[0], one[0]];
  const two = [{ address: "::1", family: 6 }, one[0]];
  const mixed = [
    { address: "127.0.0.9", family: 4 },
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
  const junk = [{ address: "x", family: 4 }, { address: "127.0.0.1", family: 4 }];
  const ways = [
    ["one", one],
    ["twice", twice],
    ["two", two],
    ["mixed", mixed],
    ["junk", junk],
  ];
  each(ways, (way, next) => {
    const socket = new net.Socket();
    watch((name, ...values) => log(way[0], name, ...values), socket, events);
    socket.resume();
    socket.on("connect", () => {
      log(way[0], "attempted", socket.autoSelectFamilyAttemptedAddresses);
    });
    socket.on("close", () => {
      if (way[0] === "junk") server.close();
      else next();
    });
    socket.connect({
      port: to.port,
      host: "some.name",
      lookup: (host, given, callback) => {
        log(way[0], "asked", host, given.family, given.all);
        callback(null, way[1]);
      },
    });
  });
});

t.run();
