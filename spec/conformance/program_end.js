// The program ends when nothing that is ref'd is left.
"use strict";
const t = require("./prelude");
const { net, log, setTimeout, setInterval, setImmediate } = t;

const server = net.createServer();
server.listen(0, () => {
  server.unref();
  log("listening");
});
const timer = setTimeout(() => log("never"), 5000);
timer.unref();
const interval = setInterval(() => log("never"), 5000);
interval.unref();
setImmediate(() => log("immediate"));

t.run();
