// newListener before a listener is added, removeListener after one went.
"use strict";
const t = require("./prelude");
const { log, EventEmitter } = t;

const e = new EventEmitter();
const f = () => log("f");
const g = () => log("g");
e.on("newListener", (name, listener) => {
  log("newListener", name, listener === f, listener === g, e.listenerCount(name));
});
e.on("removeListener", (name, listener) => {
  log("removeListener", name, listener === f, listener === g, e.listenerCount(name));
});
e.on("x", f);
e.once("x", g);
e.prependListener("x", g);
e.emit("x");
e.off("x", g);
e.off("x", g);
e.removeAllListeners("x");
e.on("x", f);
e.removeAllListeners();
log(e.eventNames());
e.on("x", f);

t.run();
