// The module-wide defaults of autoSelectFamily: what they take, and what they change.
"use strict";
const t = require("./prelude");
const { net, log, says, each } = t;

const family = [net.getDefaultAutoSelectFamily, net.setDefaultAutoSelectFamily];
const limit = [
  net.getDefaultAutoSelectFamilyAttemptTimeout, net.setDefaultAutoSelectFamilyAttemptTimeout,
];
log(family[0](), limit[0]());
for (const value of [false, true, 0, 1, "true", ""]) {
  says("family " + value, () => log(family[1](value)));
  log(family[0]());
}
for (const value of [1, 9, 10, 11, 2147483647, 0, -1, 1.5, NaN, Infinity, 2147483648, "250", false]) {
  says("limit " + value, () => log(limit[1](value)));
  log(limit[0]());
}
for (const value of [0, 1, "x", "", NaN]) {
  const options = { port: 1, host: "127.0.0.1", autoSelectFamily: value };
  says("option " + value, () => net.connect(options));
}
for (const value of [0, -1, 1.5, "x", "", NaN, Infinity, 2147483648, false]) {
  const options = { port: 1, host: "127.0.0.1", autoSelectFamilyAttemptTimeout: value };
  says("option " + value, () => net.connect(options));
}
each([[false, undefined], [false, true], [true, undefined], [true, false]], (way, next) => {
  net.setDefaultAutoSelectFamily(way[0]);
  const socket = net.connect({
    port: 1,
    host: "some.name",
    autoSelectFamily: way[1],
    lookup: (_host, given, callback) => {
      log("asked", way[0], way[1], given.all);
      t.setImmediate(() => callback(t.error("not found")));
    },
  });
  socket.on("error", (e) => log(e.message));
  socket.on("close", next);
});

t.run();
