// read() without any listener: pulls what waits.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later } = t;

pair("tcp", null, (near, far) => {
  watch(log, far, "end close");
  log("read", far.read());
  near.write("hello world");
  later(() => {
    log(props(far, "readableLength bytesRead readableFlowing"));
    log("read(5)", far.read(5));
    log("read(100)", far.read(100));
    log("read()", far.read(), far.readableLength);
    log("read()", far.read());
    near.end("more");
    later(() => {
      log(props(far, "readableLength bytesRead"));
      log("read(100)", far.read(100));
      log("read()", far.read());
    }, 20);
  }, 20);
});

t.run();
