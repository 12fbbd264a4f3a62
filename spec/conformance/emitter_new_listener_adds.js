// A listener that newListener adds comes before the one that caused it.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
e.once("newListener", (name) => {
  if (name === "x") e.on("x", () => log("slipped in"));
});
e.on("x", () => log("asked for"));
e.emit("x");

t.run();
