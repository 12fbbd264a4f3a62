// Without a listener of 'error' it ends the loop, and 'close' still comes.
"use strict";
const t = require("./prelude");
const { net, log, later, newPath } = t;

const path = newPath();
const socket = net.connect(path);
socket.on("close", (hadError) => log("close", hadError));
later(() => log("later", socket.destroyed), 20);

t.run();
