// read(n) beyond the high-water mark raises the mark.
"use strict";
const t = require("./prelude");
const { log, pair, later } = t;

pair("tcp", { far: { highWaterMark: 4 } }, (near, far) => {
  log(far.readableHighWaterMark);
  near.write("0123456789");
  later(() => {
    log(far.readableLength, far.read(20), far.readableHighWaterMark);
    near.write("abcdefghijklmn");
    later(() => {
      log(far.readableLength, far.read(20), far.readableLength);
      near.destroy();
      far.destroy();
    }, 30);
  }, 30);
});

t.run();
