// The option timeout is setTimeout() before connecting.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch } = t;

listen("tcp", {}, (socket) => socket.resume(), (to, server) => {
  const socket = net.connect({ port: to.port, host: to.host, timeout: 200 });
  log("timeout", socket.timeout);
  watch(log, socket, "connect timeout end close");
  socket.on("timeout", () => {
    socket.end();
    server.close();
  });
  socket.resume();
  server.on("close", () => log("server close"));
});

t.run();
