// pause() stops 'data', resume() goes on; nothing is lost; 'end' waits.
"use strict";
const t = require("./prelude");
const { log, pair, each, watch, props, later, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    const tell = (...values) => log(where, ...values);
    const names = "readableFlowing readableLength";
    watch(tell, far, "data end close pause resume");
    near.write("one");
    later(() => {
      tell("chains", far.pause() === far, far.isPaused(), props(far, names));
      near.write("two");
      near.end();
      later(() => {
        tell("still paused", far.isPaused(), props(far, names));
        tell("chains", far.resume() === far, far.isPaused(), props(far, names));
        nextTick(() => tell("tick"));
      }, 40);
    }, 40);
    near.resume();
    far.on("close", () => later(next, 20));
  });
});

t.run();
