// finish() while connecting: data and FIN go once connected.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, tape, watch, props } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => {
    const tell = tape(where + " far");
    watch(tell, socket, "data end finish close");
  }, (to, server) => {
    const socket = net.connect(to);
    watch((...values) => log(where, ...values), socket, "connect ready finish end close error");
    socket.end("data", (e) => log(where, "callback", e));
    socket.resume();
    log(where, props(socket, "writable writableEnded writableFinished connecting"));
    socket.on("close", () => server.close(next));
  });
});

t.run();
