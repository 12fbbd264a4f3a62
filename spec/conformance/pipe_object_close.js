// 'close' and 'finish' of the destination unpipe too.
"use strict";
const t = require("./prelude");
const { log, pair, each, watch, props, later, EventEmitter } = t;

each(["close", "finish"], (name, next) => {
  pair("tcp", null, (near, far) => {
    const dest = new EventEmitter();
    dest.write = (data) => {
      log(name, "write", data);
      return true;
    };
    watch((...values) => log(name, ...values), dest, "pipe unpipe");
    far.pipe(dest);
    near.write("one");
    later(() => {
      dest.emit(name);
      log(name, "listeners", dest.listenerCount("finish"), dest.listenerCount("close"));
      near.write("two");
      later(() => {
        log(name, props(far, "readableFlowing readableLength"));
        near.destroy();
        far.destroy();
        next();
      }, 20);
    }, 20);
  });
});

t.run();
