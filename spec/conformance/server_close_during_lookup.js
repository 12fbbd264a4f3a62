// close() while the host is being looked up: the server never listens.
"use strict";
const t = require("./prelude");
const { net, log, watch, setImmediate } = t;

const server = net.createServer();
watch(log, server, "listening close error");
server.listen(0, "127.0.0.1");
log("listening", server.listening);
server.close((e) => log("callback", e));
setImmediate(() => {
  log("later", server.listening);
  server.listen(0, "127.0.0.1", () => {
    log("open after all");
    server.close();
  });
});

t.run();
