// A timer made in a timer of the same time waits for another turn.
"use strict";
const t = require("./prelude");
const { log, setTimeout, setImmediate } = t;

setTimeout(() => {
  log("a");
  setTimeout(() => log("c"), 0);
  setImmediate(() => log("immediate of a"));
}, 10);
setTimeout(() => {
  setTimeout(() => log("later"), 30);
  setTimeout(() => log("sooner"), 15);
}, 30);

t.run();
