// The user's own object as destination: an emitter with write and end.
"use strict";
const t = require("./prelude");
const { log, pair, watch, later, EventEmitter } = t;

pair("tcp", null, (near, far) => {
  const dest = new EventEmitter();
  let refuse = true;
  dest.write = (data) => {
    log("write", data);
    if (refuse) {
      refuse = false;
      later(() => {
        log("drain now", far.isPaused());
        dest.emit("drain");
        later(() => near.end("three"), 20);
      }, 60);
      return false;
    }
    return true;
  };
  dest.end = () => {
    log("end");
    dest.emit("finish");
  };
  watch(log, dest, "pipe unpipe finish");
  log(far.pipe(dest) === dest);
  near.write("one");
  later(() => near.write("two"), 15);
  near.resume();
});

t.run();
