// What a lookup may answer: families in turn, each address once, what is no address, errors.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch } = t;

const of = (address, family) => ({ address: address, family: family });
const events = "lookup connectionAttempt connectionAttemptFailed connect ready close";
const onConnection = (socket) => {
  socket.on("error", () => {});
  socket.end();
};
listen("tcp", {}, onConnection, (to, server) => {
  const good = of("127.0.0.1", 4);
  const bad = of("127.0.0.9", 4);
  const six = of("::1", 6);
  const ways = [
    ["no address", [null, [of("x", 4)]]],
    ["no family", [null, [of("127.0.0.1", 5)]]],
    ["no addresses", [null, [of("x", 4), of("y", 6)]]],
    ["family as text", [null, [of("127.0.0.1", "IPv4")]]],
    ["wrong family", [null, [of("127.0.0.1", 6)]]],
    ["one wrong family", [null, [of("::1", 4), good]]],
    ["error", [t.error("bad")]],
    ["IPv6 first", [null, [six, good]]],
    ["in turn", [null, [of("127.0.0.8", 4), bad, six, good]]],
    ["repeated", [null, [bad, bad, good, good]]],
    ["localPort", [null, [bad, good]], { localPort: 0 }],
    ["localAddress", [null, "127.0.0.1", 4], { localAddress: "127.0.0.1" }],
    ["family 4", [null, "127.0.0.1", 4], { family: 4 }],
    ["family 0", [null, [good]], { family: 0 }],
    ["off", [null, "127.0.0.1", 4], { autoSelectFamily: false }],
    ["off, no family", [null, "127.0.0.1", 7], { autoSelectFamily: false }],
    ["off, no address", [null, "x", 4], { autoSelectFamily: false }],
    ["off, error", [t.error("bad")], { autoSelectFamily: false }],
    ["all refuse", [null, [bad, of("127.0.0.8", 4)]]],
    ["both families refuse", [null, [six, of("127.0.0.8", 4)]], { localPort: 0 }],
    ["hints", [null, [good]], { hints: 32 }],
  ];
  each(ways, (way, next) => {
    const [label, answer, options] = way;
    const socket = new net.Socket();
    watch((name, ...values) => log(label, name, ...values), socket, events);
    socket.resume();
    socket.on("error", (e) => {
      log(label, "error", e, e.host);
      for (const one of e.errors || []) log(label, "one", one);
    });
    socket.on("close", () => {
      log(label, socket.autoSelectFamilyAttemptedAddresses);
      if (way === ways.at(-1)) server.close();
      else next();
    });
    socket.connect({
      port: to.port,
      host: "some.name",
      ...options,
      lookup: (host, given, callback) => {
        log(label, "asked", host, given.family, given.all, given.hints);
        t.setImmediate(() => callback(...answer));
      },
    });
  });
});

t.run();
