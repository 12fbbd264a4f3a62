// nextTick, setImmediate: order, nesting, arguments.
"use strict";
const t = require("./prelude");
const { log, setImmediate, nextTick } = t;

setImmediate(() => {
  log("immediate 1");
  nextTick(() => log("tick in immediate 1"));
  setImmediate(() => log("immediate of immediate 1"));
});
setImmediate((a, b) => log("immediate 2", a, b), "a", null);
nextTick((a, b, c) => {
  log("tick 1", a, b, c);
  nextTick(() => log("tick of tick 1"));
}, 1, null, "c");
nextTick(() => log("tick 2"));
log("script");

t.run();
