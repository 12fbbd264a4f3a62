// One source, two destinations: the slower one sets the pace.
"use strict";
const t = require("./prelude");
const { log, pair, later, EventEmitter } = t;

pair("tcp", null, (near, far) => {
  const make = (name) => {
    const dest = new EventEmitter();
    dest.write = (data) => {
      log(name, "write", data);
      return name === "fast";
    };
    dest.end = () => log(name, "end");
    return dest;
  };
  const fast = make("fast");
  const slow = make("slow");
  far.pipe(fast);
  far.pipe(slow);
  near.write("one");
  later(() => {
    near.write("two");
    later(() => {
      log("paused", far.isPaused());
      slow.emit("drain");
      later(() => {
        log("paused", far.isPaused());
        far.unpipe(slow);
        log("unpiped the slow one", far.isPaused());
        near.end("three");
      }, 20);
    }, 20);
  }, 20);
});

t.run();
