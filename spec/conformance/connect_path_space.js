// A path with a space.
"use strict";
const t = require("./prelude");
const { net, log, newPath } = t;

const base = newPath();
const path = base + " with space";
const server = net.createServer((socket) => socket.end("hello"));
server.listen(path, () => {
  log(server.address() === path);
  const near = net.connect(path);
  near.on("data", (data) => log(data));
  near.on("close", () => server.close());
});

t.run();
