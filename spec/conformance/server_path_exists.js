// A file that is there already, a server's or not, is in the way.
"use strict";
const t = require("./prelude");
const { net, log, newPath } = t;

const path = newPath();
t.touch(path);
const server = net.createServer();
server.on("error", (e) => {
  log(e);
  log("the file stays", t.exists(path), server.listening);
});
server.on("listening", () => log("never"));
server.listen(path);

t.run();
