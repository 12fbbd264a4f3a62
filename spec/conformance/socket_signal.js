// The option signal: abort destroys the socket with an AbortError.
"use strict";
const t = require("./prelude");
const { net, log, listen, props, later } = t;

const controller = new t.AbortController();
listen("tcp", {}, (socket) => socket.resume(), (to, server) => {
  const socket = net.connect({ port: to.port, host: to.host, signal: controller.signal });
  socket.on("connect", () => {
    log("connect");
    later(() => {
      controller.abort();
      log(props(socket, "destroyed"));
    }, 20);
  });
  socket.on("error", (e) => log("error", e.name, e.code, e.message));
  socket.on("close", (hadError) => {
    log("close", hadError);
    server.close();
  });
});

t.run();
