// getMaxListeners and setMaxListeners; 0 is no limit.
"use strict";
const t = require("./prelude");
const { net, log, EventEmitter } = t;

const e = new EventEmitter();
log(e.getMaxListeners());
log(e.setMaxListeners(3) === e, e.getMaxListeners());
e.setMaxListeners(0);
for (let i = 1; i <= 20; i++) e.on("x", () => log("x", i));
log(e.listenerCount("x"), e.getMaxListeners());
const socket = new net.Socket();
log(socket.getMaxListeners(), socket.setMaxListeners(50) === socket, socket.getMaxListeners());

t.run();
