// 'error' without a listener ends the loop by raising the error; the rest goes on.
"use strict";
const t = require("./prelude");
const { net, log, later, newPath } = t;

const path = newPath();
t.touch(path);
const server = net.createServer();
server.listen(path);
later(() => log("the loop went on", server.listening), 20);

t.run();
