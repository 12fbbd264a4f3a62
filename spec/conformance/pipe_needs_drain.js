// A full destination holds the source when the pipe is made; one that ends already does not.
"use strict";
const t = require("./prelude");
const { log, pair, later } = t;

function one(label, prepare, next) {
  pair("tcp", null, (a, b) => {
    pair("tcp", null, (c, d) => {
      d.pause();
      while (c.write(t.fill("x", 1000000)));
      prepare(c);
      log(label, c.writableNeedDrain);
      b.pipe(c);
      log(label, b.isPaused(), b.readableFlowing, c.listenerCount("drain"));
      d.resume();
      later(() => {
        log(label, b.isPaused(), b.readableFlowing);
        for (const each of [a, b, c, d]) each.destroy();
        later(next, 20);
      }, 100);
    });
  });
}

one("full", () => {}, () => {
  one("ending", (c) => c.end(), () => {
    log("done");
  });
});

t.run();
