// readableAll and writableAll set the permissions of the socket file.
"use strict";
const t = require("./prelude");
const { net, log, each, newPath } = t;

const ways = [
  [true, true],
  [true, false],
  [false, true],
];
each(ways, (way, next) => {
  const path = newPath();
  const server = net.createServer();
  server.listen({ path: path, readableAll: way[0], writableAll: way[1] }, () => {
    const mode = t.shell("stat -c %A " + path + " | cut -c 8-9");
    log("readableAll", way[0], "writableAll", way[1], mode);
    server.close(next);
  });
});

t.run();
