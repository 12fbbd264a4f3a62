// pause() before a 'data' listener: the listener does not start the flow.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later } = t;

pair("tcp", null, (near, far) => {
  far.pause();
  watch(log, far, "data end close");
  log(props(far, "readableFlowing"), far.isPaused());
  near.end("hello");
  later(() => {
    log("later", props(far, "readableFlowing readableLength"));
    far.resume();
  }, 30);
});

t.run();
