// 'readable' and read(): each chunk, then nil at the end, 'end' after.
"use strict";
const t = require("./prelude");
const { log, pair, each, watch, props, later } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    const tell = (...values) => log(where, ...values);
    const names = "readableLength readableFlowing";
    far.on("readable", () => {
      tell("readable", props(far, names));
      tell("read", far.read());
      tell("read", far.read());
    });
    watch(tell, far, "end close");
    tell(props(far, names));
    near.write("one");
    later(() => {
      near.write("two");
      later(() => near.end(), 20);
    }, 20);
    near.resume();
    far.on("close", () => later(next, 20));
  });
});

t.run();
