// What is no listener.
"use strict";
const t = require("./prelude");
const { log, raises, EventEmitter } = t;

const e = new EventEmitter();
raises("nothing", () => e.on("x"));
raises("text", () => e.on("x", "f"));
raises("number", () => e.once("x", 7));
raises("table", () => e.prependListener("x", {}));
raises("prependOnce", () => e.prependOnceListener("x", true));
raises("off", () => e.off("x", "f"));
raises("addListener", () => e.addListener("x"));
raises("max text", () => e.setMaxListeners("x"));
raises("max negative", () => e.setMaxListeners(-1));
log(e.eventNames());

t.run();
