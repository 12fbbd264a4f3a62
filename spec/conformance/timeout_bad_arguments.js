// What setTimeout refuses.
"use strict";
const t = require("./prelude");
const { net, log, raises } = t;

const socket = new net.Socket();
raises("text", () => socket.setTimeout("10"));
raises("nothing", () => socket.setTimeout());
raises("negative", () => socket.setTimeout(-1));
raises("infinite", () => socket.setTimeout(1 / 0));
raises("table", () => socket.setTimeout({}));
raises("callback", () => socket.setTimeout(10, "x"));
raises("callback with 0", () => socket.setTimeout(0, 7));
raises("fine", () => socket.setTimeout(0));
log(socket.listenerCount("timeout"));
socket.destroy();

t.run();
