// finish() without data when the peer has closed.
"use strict";
const t = require("./prelude");
const { log, pair, watch, later } = t;

pair("unix", { near: { allowHalfOpen: true } }, (near, far) => {
  watch(log, near, "end finish close error");
  near.resume();
  far.destroy();
  near.on("end", () => {
    later(() => near.end((e) => log("callback", e)), 20);
  });
});

t.run();
