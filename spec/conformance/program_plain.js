// A script without any preparation: the loop runs after it.
"use strict";
const t = require("./prelude");
const { net, log } = t;

const server = net.createServer((socket) => {
  socket.end("hello");
});
server.listen(0, "127.0.0.1", () => {
  const client = net.connect(server.address());
  client.on("data", (data) => log("data", data));
  client.on("close", () => server.close(() => log("closed")));
});
log("script over");
