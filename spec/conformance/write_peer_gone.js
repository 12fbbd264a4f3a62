// The peer is gone: the first write is taken, a later one fails, told once, 'close' with true.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later } = t;

pair("tcp", { near: { allowHalfOpen: true } }, (near, far) => {
  watch(log, near, "end finish close error");
  near.resume();
  far.destroy();
  near.on("end", () => {
    near.write("one", (e) => log("callback 1", e));
    later(() => {
      near.write("two", (e) => log("callback 2", e));
      log(props(near, "destroyed"));
    }, 30);
  });
});

t.run();
