// close() without connections: callback and event, before and after ticks.
"use strict";
const t = require("./prelude");
const { net, log, setImmediate, nextTick } = t;

const server = net.createServer();
server.on("close", () => log("close"));
server.listen(0, "127.0.0.1", () => {
  log("listening", server.listening);
  nextTick(() => log("tick before"));
  const same = server.close((e) => log("callback", e)) === server;
  log("called", same, server.listening, server.address());
  nextTick(() => log("tick after"));
  setImmediate(() => log("immediate"));
});

t.run();
