// The same without data.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, tape, watch } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => {
    watch(tape(where + " far"), socket, "data end finish close");
  }, (to, server) => {
    const socket = net.connect(to);
    watch((...values) => log(where, ...values), socket, "connect ready finish end close error");
    socket.end((e) => log(where, "callback", e));
    socket.resume();
    socket.on("close", () => server.close(next));
  });
});

t.run();
