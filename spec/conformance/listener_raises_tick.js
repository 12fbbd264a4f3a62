// Raised in ticks, immediates and timers: the others still run.
"use strict";
const t = require("./prelude");
const { log, setTimeout, setImmediate, nextTick } = t;

nextTick(() => {
  log("tick 1");
  throw t.error("in a tick");
});
nextTick(() => log("tick 2"));
setImmediate(() => {
  log("immediate 1");
  throw t.error("in an immediate");
});
setImmediate(() => log("immediate 2"));
setTimeout(() => {
  log("timer 1");
  throw t.error("in a timer");
}, 100);
setTimeout(() => log("timer 2"), 200);

t.run();
