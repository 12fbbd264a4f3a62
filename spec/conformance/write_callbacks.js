// Callbacks of writes that go out at once: after the call, in order, among ticks.
"use strict";
const t = require("./prelude");
const { log, pair, each, setImmediate, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    far.resume();
    const tell = (...values) => log(where, ...values);
    nextTick(() => tell("tick before"));
    tell("write", near.write("one", (e) => {
      tell("callback one", e);
      nextTick(() => tell("tick in the callback"));
    }));
    nextTick(() => tell("tick between"));
    tell("write", near.write("two", "utf8", (e) => tell("callback two", e)));
    tell("write", near.write("three"));
    setImmediate(() => {
      tell("immediate");
      near.destroy();
      far.destroy();
      next();
    });
  });
});

t.run();
