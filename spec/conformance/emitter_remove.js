// off() takes the listener that was added last; unknown ones are ignored.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
const f = () => log("f");
const g = () => log("g");
e.on("x", f);
e.on("x", g);
e.on("x", f);
log(e.off("x", f) === e, e.listenerCount("x"));
e.emit("x");
log(e.removeListener("x", () => log("never")) === e, e.listenerCount("x"));
e.off("y", f);
e.off("x", f);
e.off("x", f);
e.emit("x");
log(e.off("x", g).listenerCount("x"), e.emit("x"), e.eventNames());

t.run();
