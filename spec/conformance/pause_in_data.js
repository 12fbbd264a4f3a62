// pause() in 'data', resume() later: the rest comes then.
"use strict";
const t = require("./prelude");
const { log, pair, later } = t;

pair("tcp", null, (near, far) => {
  let total = 0;
  let paused = false;
  let early = 0;
  far.on("data", (data) => {
    total += data.length;
    if (paused) early += 1;
    if (!paused) {
      paused = true;
      far.pause();
      later(() => {
        log("nothing came while paused", early);
        paused = false;
        far.resume();
        far.removeAllListeners("data");
        far.on("data", (more) => {
          total += more.length;
        });
      }, 30);
    }
  });
  far.on("end", () => log("total", total));
  near.end(t.fill("x", 3000000));
  near.resume();
});

t.run();
