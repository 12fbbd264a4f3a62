// An error of the destination unpipes; without a listener it is raised.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later, EventEmitter } = t;

pair("tcp", null, (near, far) => {
  const dest = new EventEmitter();
  dest.write = (data) => {
    log("write", data);
    return true;
  };
  watch(log, dest, "pipe unpipe error");
  far.pipe(dest);
  near.write("one");
  later(() => {
    dest.emit("error", t.error("boom"));
    log("listeners", dest.listenerCount("error"), dest.listenerCount("drain"));
    log(props(far, "readableFlowing destroyed"));
    near.destroy();
    far.destroy();
  }, 20);
});

t.run();
