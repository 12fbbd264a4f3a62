// emit() within a listener runs to its end first.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
let depth = 0;
e.on("x", () => {
  depth += 1;
  log("first", depth);
  if (depth < 3) e.emit("x");
  log("first over", depth);
});
e.on("x", () => log("second", depth));
e.once("x", () => log("once", depth));
e.emit("x");

t.run();
