// The callback gets an error when the server was not open; 'close' comes all the same.
"use strict";
const t = require("./prelude");
const { net, log, setImmediate } = t;

const server = net.createServer();
server.on("close", () => log("close"));
server.on("error", (e) => log("error", e));
server.close((e) => log("never opened", e));
setImmediate(() => {
  server.listen(0, "127.0.0.1", () => {
    server.close((e) => {
      log("open", e);
      setImmediate(() => server.close((e2) => log("closed before", e2)));
    });
    server.close((e) => log("second call", e));
  });
});

t.run();
