// A timeout that is set before connecting counts from connect().
"use strict";
const t = require("./prelude");
const { net, log, pair, setTimeout } = t;

const socket = new net.Socket();
log(socket.timeout);
socket.setTimeout(40, () => log("timeout before connect()"));
log(socket.timeout);
setTimeout(() => {
  pair("tcp", null, (near, far) => {
    near.destroy();
    far.destroy();
  });
}, 80);

t.run();
