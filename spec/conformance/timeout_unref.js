// A timeout does not keep the program.
"use strict";
const t = require("./prelude");
const { net, log, setTimeout } = t;

const socket = new net.Socket();
socket.setTimeout(5000, () => log("never"));
setTimeout(() => log("over"), 20);

t.run();
