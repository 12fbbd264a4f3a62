// The page's own example: address in use, retry a little later with close() and listen().
"use strict";
const t = require("./prelude");
const { net, log, listen, later } = t;

let attempts = 0;
listen("tcp", {}, null, (to, first) => {
  const server = net.createServer();
  server.on("error", (e) => {
    if (e.code === "EADDRINUSE") {
      attempts += 1;
      log("Address in use, retrying...");
      if (attempts === 2) first.close();
      later(() => {
        server.close();
        server.listen(to.port, to.host);
      }, 50);
    }
  });
  server.on("close", () => log("close"));
  server.on("listening", () => {
    log("listening after", attempts);
    server.close();
  });
  server.listen(to.port, to.host);
});

t.run();
