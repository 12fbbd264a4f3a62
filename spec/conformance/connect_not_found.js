// A name that cannot be found: ENOTFOUND with its host name; lookup tells it too.
"use strict";
const t = require("./prelude");
const { net, log, props } = t;

const socket = new net.Socket();
socket.on("lookup", (e, address, family, host) => {
  log("lookup", e.code, address, family, host);
});
socket.on("error", (e) => log("error", e, e.hostname));
socket.on("close", (hadError) => {
  log("close", hadError, props(socket, "destroyed connecting"));
});
socket.connect({ port: 80, host: "no such name" });

t.run();
