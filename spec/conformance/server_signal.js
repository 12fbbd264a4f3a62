// The option signal of listen(): abort closes the server.
"use strict";
const t = require("./prelude");
const { net, log, watch, raises, later } = t;

const now = new t.AbortController();
now.abort();
const aborted = watch(log, net.createServer(), "listening close error");
aborted.listen({ port: 0, signal: now.signal });
log("listening", aborted.listening);
aborted.on("close", () => {
  const controller = new t.AbortController();
  const server = watch(log, net.createServer(), "listening close error");
  server.listen({ port: 0, host: "127.0.0.1", signal: controller.signal }, () => {
    later(() => {
      controller.abort();
      log("aborted", server.listening);
    }, 20);
  });
});
raises("not a signal", () => net.createServer().listen({ port: 0, signal: "x" }));

t.run();
