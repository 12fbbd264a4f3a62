// eventNames in the order of first use; names of any text.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
const f = () => log("f");
for (const name of ["z", "a", "", "with space", "a", "\u00e9"]) e.on(name, f);
log(e.eventNames());
e.removeAllListeners("a");
e.on("a", f);
log(e.eventNames());
log(e.emit(""), e.emit("\u00e9"));
log(e.listeners("a").length, e.listeners("none").length, e.rawListeners("z").length);

t.run();
