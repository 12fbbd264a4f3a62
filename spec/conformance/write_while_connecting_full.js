// Above the high-water mark while connecting.
"use strict";
const t = require("./prelude");
const { net, log, listen, watch } = t;

listen("tcp", {}, (socket) => socket.resume(), (to, server) => {
  const socket = net.connect({ port: to.port, host: to.host, highWaterMark: 4 });
  watch(log, socket, "connect ready drain finish close");
  log(socket.write("123", (e) => log("callback 1", e)), socket.writableNeedDrain);
  log(socket.write("4", (e) => log("callback 2", e)), socket.writableNeedDrain);
  log(socket.write("5", (e) => log("callback 3", e)), socket.writableNeedDrain);
  socket.on("drain", () => socket.end());
  socket.resume();
  socket.on("close", () => server.close());
});

t.run();
