// An error that nobody catches ends the program with 1.
"use strict";
const t = require("./prelude");
const { log, setTimeout, nextTick } = t;

setTimeout(() => log("never"), 50);
nextTick(() => {
  log("tick");
  throw t.error("boom");
});
