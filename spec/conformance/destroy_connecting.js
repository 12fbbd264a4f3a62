// destroy() while connecting: no 'connect'.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, props, later } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.resume();
  }, (to, server) => {
    const tell = (...values) => log(where, ...values);
    const socket = net.connect(to);
    watch(tell, socket, "connect ready end finish close error");
    socket.destroy();
    tell(props(socket, "connecting destroyed pending readyState"));
    later(() => {
      const late = net.connect(to);
      watch((...values) => tell("with error", ...values), late, "connect ready close error");
      late.destroy(t.error("boom"));
      later(() => server.close(next), 20);
    }, 20);
  });
});

t.run();
