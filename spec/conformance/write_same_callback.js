// The same function as callback of several writes in a row.
"use strict";
const t = require("./prelude");
const { log, pair, setImmediate, nextTick } = t;

pair("tcp", null, (near, far) => {
  far.resume();
  let count = 0;
  const done = (e) => {
    count += 1;
    log("done", count, e);
  };
  near.write("a", done);
  near.write("b", done);
  nextTick(() => log("tick"));
  near.write("c", done);
  near.write("d", (e) => log("other", e));
  near.write("e", done);
  setImmediate(() => {
    log("immediate");
    near.destroy();
    far.destroy();
  });
});

t.run();
