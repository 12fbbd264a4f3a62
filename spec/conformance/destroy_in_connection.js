// destroy() in 'connection': the client is told by FIN.
"use strict";
const t = require("./prelude");
const { net, listen, tape, watch } = t;

listen("tcp", {}, (socket) => {
  watch(tape("far"), socket, "data end finish close error");
  socket.destroy();
  socket.server.close();
}, (to) => {
  const near = net.connect(to);
  watch(tape("near"), near, "connect ready data end finish close error");
});

t.run();
