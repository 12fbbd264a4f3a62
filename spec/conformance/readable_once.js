// once('readable') and then nothing: the data waits.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later } = t;

pair("tcp", null, (near, far) => {
  watch(log, far, "end close");
  far.once("readable", () => log("readable", far.readableLength));
  near.write("one");
  later(() => {
    log(props(far, "readableLength readableFlowing"));
    far.once("readable", () => log("again", far.read()));
    near.end("two");
    later(() => {
      log(props(far, "readableLength readableFlowing readableEnded"));
      far.resume();
    }, 20);
  }, 20);
});

t.run();
