// A small readable high-water mark: the flow stops above it and goes on with read().
"use strict";
const t = require("./prelude");
const { log, pair, later } = t;

pair("tcp", { far: { highWaterMark: 10 } }, (near, far) => {
  log(far.readableHighWaterMark);
  near.write(t.fill("x", 30));
  later(() => {
    log("waits", far.readableLength);
    near.write(t.fill("y", 30));
    later(() => {
      log("still", far.readableLength, far.bytesRead);
      log(far.read(25));
      later(() => {
        log("more", far.readableLength, far.bytesRead);
        const chunks = [];
        far.on("data", (data) => chunks.push(data));
        far.on("end", () => log(t.join(chunks)));
        near.end();
      }, 30);
    }, 30);
  }, 30);
});

t.run();
