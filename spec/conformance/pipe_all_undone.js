// unpipe() of several destinations, in order; 'data' listeners that were removed.
"use strict";
const t = require("./prelude");
const { log, pair, later } = t;

pair("tcp", null, (a, b) => {
  pair("tcp", null, (c, d) => {
    pair("tcp", null, (e, f) => {
      d.on("data", (data) => log("d", data));
      f.on("data", (data) => log("f", data));
      c.on("unpipe", (from) => {
        log("c unpiped", from === b, b.isPaused());
        if (c.listenerCount("unpipe") === 1) b.pipe(e);
      });
      e.on("unpipe", (from) => log("e unpiped", from === b, b.listenerCount("data")));
      b.pipe(c);
      b.pipe(e);
      a.write("one");
      later(() => {
        b.unpipe();
        log("after", b.listenerCount("data"), b.readableFlowing);
        a.write("two");
        later(() => {
          b.removeAllListeners("data");
          log("removed", b.listenerCount("data"), e.listenerCount("unpipe"), b.readableFlowing);
          b.unpipe(e);
          log("undone", e.listenerCount("unpipe"), b.readableFlowing);
          a.write("three");
          later(() => {
            log("waits", b.readableLength);
            b.pipe(c);
            later(() => {
              for (const one of [a, b, c, d, e, f]) one.destroy();
            }, 20);
          }, 20);
        }, 20);
      }, 20);
    });
  });
});

t.run();
