// A signal that was aborted before: the socket never connects; a signal must be one.
"use strict";
const t = require("./prelude");
const { net, log, props, raises } = t;

const controller = new t.AbortController();
controller.abort();
const socket = new net.Socket({ signal: controller.signal });
socket.on("error", (e) => log("error", e.name, e.code, e.message));
socket.on("close", () => log("close"));
log(props(controller.signal, "aborted"));
raises("text", () => new net.Socket({ signal: "x" }));
raises("table", () => new net.Socket({ signal: {} }));

t.run();
