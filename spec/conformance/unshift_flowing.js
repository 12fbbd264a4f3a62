// unshift() in 'data': the bytes come again.
"use strict";
const t = require("./prelude");
const { log, pair, props, later } = t;

pair("tcp", null, (near, far) => {
  let count = 0;
  far.on("data", (data) => {
    count += 1;
    log("data", data);
    if (count === 1) {
      far.pause();
      far.unshift("again");
      log(props(far, "readableLength bytesRead"));
      later(() => far.resume(), 20);
    }
  });
  far.on("end", () => {
    log("end");
    far.on("error", (e) => log("error", e.code));
    far.unshift("too late");
  });
  near.write("first");
  later(() => near.end("last"), 60);
});

t.run();
