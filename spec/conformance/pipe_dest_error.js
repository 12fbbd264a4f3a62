// An error of a destination undoes the pipe; when nobody hears it, it is still an uncaught one.
"use strict";
const t = require("./prelude");
const { log, pair, watch, later } = t;

function one(label, prepare, fail, next) {
  pair("tcp", null, (a, b) => {
    pair("tcp", null, (c, d) => {
      watch((...what) => log(label, "dest", ...what), c, "pipe unpipe finish close");
      watch((...what) => log(label, "source", ...what), b, "pause resume end");
      prepare(c);
      b.pipe(c);
      later(() => {
        fail(c, new Error(label));
        later(() => {
          log(label, b.readableFlowing, b.listenerCount("data"), b.listenerCount("end"));
          for (const each of [a, b, c, d]) each.destroy();
          later(next, 20);
        }, 20);
      }, 20);
    });
  });
}

const destroy = (c, e) => c.destroy(e);

one("heard", (c) => c.on("error", (e) => log("error", e.message)), destroy, () => {
  one("unheard", () => {}, destroy, () => {
    one("emitted", () => {}, (c, e) => c.emit("error", e), () => log("done"));
  });
});

t.run();
