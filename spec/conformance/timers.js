// Timers by time, then by the order they were made; arguments; clear in time.
"use strict";
const t = require("./prelude");
const { log, setTimeout, setImmediate, clearTimeout, clearImmediate, nextTick } = t;

setTimeout(() => log("300"), 300);
setTimeout((a, b) => log("150 first", a, b), 150, "a", "b");
setTimeout(() => log("150 second"), 150);
const cleared = setTimeout(() => log("never"), 100);
clearTimeout(cleared);
clearTimeout(cleared);
const other = setTimeout(() => log("never"), 200);
setTimeout(() => {
  log("50");
  clearTimeout(other);
  nextTick(() => log("tick of 50"));
}, 50);
const immediate = setImmediate(() => log("never"));
clearImmediate(immediate);
log("script");

t.run();
