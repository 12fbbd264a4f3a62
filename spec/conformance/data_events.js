// Reading by 'data': nothing before a listener, flows by itself then.
"use strict";
const t = require("./prelude");
const { log, pair, each, props, later, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    const names = "readableFlowing readableLength readableDidRead bytesRead readableEnded";
    const tell = (...values) => log(where, ...values);
    near.write("hello");
    later(() => {
      tell(props(far, names), far.isPaused());
      far.on("data", (data) => {
        tell("data", data, props(far, names));
        near.end();
      });
      tell(props(far, names), far.isPaused());
      nextTick(() => tell("tick"));
    }, 20);
    far.on("end", () => tell("end", props(far, names)));
    far.on("close", () => later(next, 20));
  });
});

t.run();
