// finish(): its callback, 'finish', ticks and immediates in order.
"use strict";
const t = require("./prelude");
const { log, pair, each, props, later, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    far.resume();
    near.resume();
    const tell = (...values) => log(where, ...values);
    nextTick(() => tell("tick before"));
    near.write("x", (e) => tell("write callback", e));
    near.end("y", (e) => tell("end callback", e, props(near, "writableFinished")));
    near.on("finish", () => {
      tell("finish", props(near, "writableFinished writableLength"));
      nextTick(() => tell("tick in finish"));
    });
    nextTick(() => tell("tick after"));
    tell("called", props(near, "writableEnded writableFinished writableLength"));
    near.on("close", () => {
      tell("close");
      later(next, 20);
    });
  });
});

t.run();
