// bufferSize and writableLength with what the kernel did not take.
"use strict";
const t = require("./prelude");
const { log, pair, props, later } = t;

const block = t.fill("x", 8 * 1024 * 1024);
pair("tcp", null, (near, far) => {
  far.pause();
  near.write(block);
  near.write("1234");
  const queued = near.bufferSize;
  log(queued > 0, queued === near.writableLength, near.bytesWritten === 8 * 1024 * 1024 + 4);
  near.on("drain", () => {
    log("drain", props(near, "bufferSize writableLength bytesWritten"));
    near.destroy();
    log("destroyed", props(near, "bufferSize writableLength bytesWritten"));
  });
  later(() => far.resume(), 20);
});

t.run();
