// A Unix socket whose peer has closed: EPIPE, and write callbacks get it first.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later } = t;

pair("unix", { near: { allowHalfOpen: true } }, (near, far) => {
  watch(log, near, "end finish close error");
  near.resume();
  far.destroy();
  near.on("end", () => {
    later(() => {
      near.write("x", (e) => log("callback", e));
      log(props(near, "destroyed"));
    }, 20);
  });
});

t.run();
