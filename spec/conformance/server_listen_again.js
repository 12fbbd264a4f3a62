// A closed server listens again: in the same turn, in 'close', on another kind of address.
"use strict";
const t = require("./prelude");
const { net, log, newPath } = t;

const path = newPath();
const server = net.createServer((socket) => socket.end("hello"));
let round = 0;
server.on("listening", () => {
  const address = server.address();
  log("listening", address === path ? "path" : address.family);
  const near = address === path ? net.connect(path) : net.connect(address.port, "127.0.0.1");
  near.on("data", (data) => log("data", data));
  near.on("close", () => {
    round += 1;
    if (round === 1) {
      server.close();
      server.listen(0, "127.0.0.1");
    } else {
      server.close();
    }
  });
});
server.on("close", () => {
  log("close", server.listening);
  if (round === 2) {
    server.listen(path);
  } else if (round === 3) {
    log("done", server.address() === path);
  }
});
server.listen(0, "127.0.0.1");

t.run();
