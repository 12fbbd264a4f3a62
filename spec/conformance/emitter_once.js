// once(): removed before it runs; off() finds it; raising does not bring it back.
"use strict";
const t = require("./prelude");
const { log, raises, EventEmitter } = t;

const e = new EventEmitter();
const f = () => log("f", e.listenerCount("x"));
e.once("x", f);
log(e.listenerCount("x"), e.listeners("x")[0] === f, e.rawListeners("x")[0] === f);
e.emit("x");
e.once("x", f);
e.off("x", f);
log(e.emit("x"));
e.once("x", () => {
  log("raises");
  throw t.error("boom");
});
e.on("x", () => log("after"));
raises("emit", () => e.emit("x"));
log(e.emit("x"));

t.run();
