// What the options of a new socket refuse.
"use strict";
const t = require("./prelude");
const { net, raises, says } = t;

raises("objectMode", () => new net.Socket({ objectMode: true }));
raises("readableObjectMode", () => new net.Socket({ readableObjectMode: true }));
raises("writableObjectMode", () => new net.Socket({ writableObjectMode: true }));
raises("keepAliveInitialDelay", () => new net.Socket({ keepAliveInitialDelay: "x" }));
raises("negative delay", () => new net.Socket({ keepAliveInitialDelay: -5 }));
raises("highWaterMark", () => new net.Socket({ highWaterMark: "x" }));
raises("highWaterMark negative", () => new net.Socket({ highWaterMark: -1 }));
raises("highWaterMark fraction", () => new net.Socket({ highWaterMark: 1.5 }));
raises("readableHighWaterMark", () => new net.Socket({ readableHighWaterMark: -1 }));
raises("fd text", () => new net.Socket({ fd: "x" }));
raises("fd negative", () => new net.Socket({ fd: -1 }));
raises("fd fraction", () => new net.Socket({ fd: 1.5 }));
raises("fd unknown", () => new net.Socket({ fd: 9999 }));
raises("timeout", () => net.connect({ port: 1, timeout: "x" }));
raises("timeout negative", () => net.connect({ port: 1, timeout: -1 }));
says("fd unknown", () => new net.Socket({ fd: 9999 }));

t.run();
