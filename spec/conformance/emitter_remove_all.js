// removeAllListeners with and without an event.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
e.on("a", () => log("a"));
e.on("b", () => log("b"));
e.on("b", () => log("b2"));
log(e.removeAllListeners("nothing") === e, e.eventNames());
log(e.removeAllListeners("a") === e, e.eventNames(), e.emit("a"));
log(e.removeAllListeners() === e, e.eventNames(), e.emit("b"));

t.run();
