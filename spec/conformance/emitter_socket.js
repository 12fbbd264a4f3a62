// The same methods on sockets and servers.
"use strict";
const t = require("./prelude");
const { net, log, raises } = t;

const socket = new net.Socket();
const server = net.createServer();
const f = (a) => log("f", a);
for (const e of [socket, server]) {
  log(e.on("mine", f) === e, e.emit("mine", 1), e.listenerCount("mine"));
  e.once("mine", () => log("once"));
  e.emit("mine", 2);
  e.prependListener("mine", () => log("prepended"));
  e.emit("mine", 3);
  log(e.listeners("mine").length, e.off("mine", f) === e, e.listenerCount("mine"));
  log(e.removeAllListeners("mine") === e, e.emit("mine"));
  e.on("newListener", (name) => log("newListener", name));
  e.on("other", f);
  raises("bad", () => e.on("x", 1));
}

t.run();
