// listen() on an open server raises, and the server stays as it is.
"use strict";
const t = require("./prelude");
const { net, log, watch, raises, says } = t;

const server = net.createServer();
watch(log, server, "listening close error");
server.listen(0);
raises("right away", () => server.listen(0));
says("with a path", () => server.listen("x"));
server.on("listening", () => {
  raises("in listening", () => server.listen(0, () => log("never")));
  log("listening", server.listening);
  server.close();
  log("listeners", server.listenerCount("listening"));
});

t.run();
