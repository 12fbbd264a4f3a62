// 'error' without a listener raises: an error object as it is, anything else wrapped.
"use strict";
const t = require("./prelude");
const { log, raises, says, EventEmitter } = t;

const e = new EventEmitter();
const boom = t.error("boom");
says("error object", () => e.emit("error", boom));
raises("text", () => e.emit("error", "text"));
raises("number", () => e.emit("error", 42));
raises("nothing", () => e.emit("error"));
says("text", () => e.emit("error", "text"));
e.on("error", (x) => log("heard", x));
log(e.emit("error", "text"));
log(e.emit("error", boom));

t.run();
