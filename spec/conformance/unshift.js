// unshift() puts data back in front.
"use strict";
const t = require("./prelude");
const { log, pair, watch, later } = t;

pair("tcp", null, (near, far) => {
  let first = true;
  far.on("readable", () => {
    let data = far.read(3);
    while (data !== null) {
      log("read", data);
      if (first) {
        first = false;
        far.unshift("ABC");
        log("unshifted", far.readableLength);
      }
      data = far.read(3);
    }
  });
  watch(log, far, "end close");
  near.write("abcdef");
  later(() => near.end("gh"), 20);
});

t.run();
