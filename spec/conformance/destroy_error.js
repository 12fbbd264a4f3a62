// destroy(err): 'error', then 'close' with true; the error is kept in `errored`.
"use strict";
const t = require("./prelude");
const { log, pair, each, watch, props, later, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    const tell = (...values) => log(where, ...values);
    const boom = t.error("boom");
    watch(tell, near, "data end finish close");
    far.resume();
    near.on("error", (e) => {
      tell("error", e, e === boom, near.errored === boom);
      nextTick(() => tell("tick in error"));
    });
    near.destroy(boom);
    tell(props(near, "destroyed closed readable writable"), near.errored === boom);
    nextTick(() => tell("tick after"));
    near.on("close", () => later(next, 20));
  });
});

t.run();
