// Listeners run in the order they were added; prepended ones first; once only once.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
log("nobody", e.emit("x", 1));
log("chains", e.on("x", (a, b) => log("first", a, b)) === e);
e.addListener("x", () => log("second"));
e.once("x", (a) => log("once", a));
e.prependListener("x", () => log("prepended"));
e.prependOnceListener("x", () => log("prepended once"));
log(e.emit("x", 1, 2));
log(e.emit("x", "again"));
log(e.emit("x"));
log(e.listenerCount("x"), e.listenerCount("y"), e.eventNames());

t.run();
