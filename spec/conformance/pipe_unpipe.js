// unpipe(dest) stops the flow; what comes then waits; pipe() again goes on.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later } = t;

pair("tcp", null, (a, b) => {
  pair("tcp", null, (c, d) => {
    watch(log, c, "pipe unpipe");
    watch(log, b, "pause");
    d.on("data", (data) => log("d", data));
    b.pipe(c);
    a.write("one");
    later(() => {
      log("chains", b.unpipe(c) === b, props(b, "readableFlowing"), b.isPaused());
      a.write("two");
      later(() => {
        log("waits", b.readableLength);
        log("no such destination", b.unpipe(d) === b);
        b.pipe(c);
        later(() => {
          log("all", b.unpipe() === b, b.readableFlowing);
          log("none", b.unpipe() === b);
          for (const one of [a, b, c, d]) one.destroy();
        }, 20);
      }, 20);
    }, 20);
  });
});

t.run();
