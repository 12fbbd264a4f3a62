// A path that does not fit is cut to what fits in the address: 107 bytes on Linux.
"use strict";
const t = require("./prelude");
const { net, log, newPath } = t;

const base = newPath();
const long = base + "-" + t.fill("x", 200);
const server = net.createServer((socket) => socket.end("hello"));
server.on("error", (e) => log("error", e.code));
server.listen(long, () => {
  log("address is what was asked for", server.address() === long);
  log("the long name exists", t.exists(long));
  const near = net.connect(long);
  near.on("error", (e) => log("error", e.code));
  near.on("data", (data) => log("data", data));
  near.on("close", () => server.close(() => log("closed")));
});

t.run();
