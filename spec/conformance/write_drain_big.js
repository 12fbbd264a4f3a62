// Several megabytes: queued, then 'drain', the callbacks, 'finish'.
"use strict";
const t = require("./prelude");
const { log, pair, each, tape, watch, props, later } = t;

const block = t.fill("x", 8 * 1024 * 1024);
each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    const tell = (...values) => log(where, ...values);
    watch(tell, near, "drain finish close");
    tell(near.write(block, (e) => tell("callback 1", e)), near.writableNeedDrain);
    tell(near.write("more", (e) => tell("callback 2", e)), near.writableLength > 0);
    let total = 0;
    far.on("data", (data) => {
      total += data.length;
    });
    far.on("end", () => tape(where + " far")(total));
    near.on("drain", () => {
      tell(props(near, "writableLength writableNeedDrain"));
      near.end((e) => tell("end callback", e));
    });
    near.resume();
    near.on("close", () => later(next, 20));
  });
});

t.run();
