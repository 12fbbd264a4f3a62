// Without a host it is localhost.
"use strict";
const t = require("./prelude");
const { net, log } = t;

const server = net.createServer((socket) => socket.end());
server.listen(0, () => {
  const socket = net.connect(server.address().port);
  socket.on("lookup", (e, _address, _family, host) => log("lookup", e, host));
  socket.on("connect", () => log("connect"));
  socket.resume();
  socket.on("close", () => server.close());
});

t.run();
