// A write of no bytes asks the kernel: it finds out that the peer of a Unix socket has gone.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, setTimeout } = t;

each(["alone", "behind a cork", "several"], (how, next) => {
  listen("unix", {}, (socket) => {
    socket.destroy();
    socket.server.close();
  }, (to) => {
    const near = net.connect(Object.assign({ allowHalfOpen: true }, to));
    watch((...all) => log(how, ...all), near, "error close");
    near.on("close", () => next());
    setTimeout(() => {
      const told = (e) => log(how, "told", e);
      if (how === "behind a cork") near.cork();
      near.write("", told);
      if (how === "several") near.write("", told);
      if (how === "behind a cork") near.uncork();
    }, 50);
  });
});

t.run();
