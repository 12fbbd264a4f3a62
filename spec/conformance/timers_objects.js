// ref, unref, hasRef, refresh, close.
"use strict";
const t = require("./prelude");
const { log, setTimeout, setInterval, setImmediate } = t;

const timer = setTimeout(() => log("never"), 5000);
log(timer.hasRef(), timer.unref() === timer, timer.hasRef(), timer.ref() === timer, timer.hasRef());
log(timer.close() === timer);
const immediate = setImmediate(() => log("immediate"));
log(immediate.hasRef(), immediate.unref() === immediate, immediate.hasRef());
log(immediate.ref() === immediate, immediate.hasRef());
const refreshed = setTimeout(() => log("refreshed"), 60);
setTimeout(() => log(refreshed.refresh() === refreshed), 40);
setTimeout(() => log("before the refreshed one"), 80);
const idle = setInterval(() => log("never"), 5000);
idle.unref();

t.run();
