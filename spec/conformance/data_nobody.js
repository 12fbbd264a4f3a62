// A socket that nobody reads: no 'end', no 'close'; resume() drops what came.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later } = t;

pair("tcp", null, (near, far) => {
  watch(log, far, "end finish close");
  near.end("lost");
  near.resume();
  later(() => {
    log("nobody reads", props(far, "readableLength readableFlowing bytesRead destroyed"));
    far.resume();
  }, 40);
});

t.run();
