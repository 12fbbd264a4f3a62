// A listener removed during emit still gets that event, one that was added does not.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
const late = () => log("late");
const victim = () => log("victim");
e.on("x", () => {
  log("first");
  e.off("x", victim);
  e.on("x", late);
});
e.on("x", victim);
e.emit("x");
log("second round");
e.emit("x");
e.removeAllListeners("x");
e.on("y", () => {
  log("y");
  e.removeAllListeners();
});
e.on("y", () => log("still y"));
e.emit("y");
log(e.emit("y"));

t.run();
