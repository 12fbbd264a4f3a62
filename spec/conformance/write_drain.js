// More than the high-water mark: false, then 'drain', once, when all has left.
"use strict";
const t = require("./prelude");
const { log, pair, each, props, later, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, { near: { highWaterMark: 8 } }, (near, far) => {
    const tell = (...values) => log(where, ...values);
    far.resume();
    const names = "writableLength writableNeedDrain writableHighWaterMark";
    near.on("drain", () => {
      tell("drain", props(near, names));
      nextTick(() => tell("tick in drain"));
    });
    tell(near.write("1234567", (e) => tell("callback 1", e)), props(near, names));
    tell(near.write("123456789", (e) => tell("callback 2", e)), props(near, names));
    nextTick(() => tell("tick"));
    later(() => {
      tell(props(near, names));
      near.destroy();
      far.destroy();
      next();
    }, 20);
  });
});

t.run();
