// What writableLength, bufferSize, bytesWritten and writableNeedDrain say while a large chunk leaves
// in parts: it counts whole until the last of it has left.
"use strict";
const t = require("./prelude");
const { log, pair, later, props, each, fill } = t;

const NAMES = "writableLength bufferSize bytesWritten writableNeedDrain";
const LARGE = 4 << 20; // bytes; more than the kernel takes

function small(where, size, next) {
  pair(where, null, (near, far) => {
    let count = 1;
    while (near.write(fill("x", size))) count++;
    log(near.writableLength % size, near.writableLength >= 16384, near.bytesWritten === size * count);
    near.on("drain", () => {
      log("drain", near.writableLength, near.bytesWritten === size * count);
      near.end();
    });
    far.resume();
    near.on("close", next);
  });
}

each([
  // one chunk of which a part has left
  (next) => pair("unix", null, (near, far) => {
    log("fresh", props(near, NAMES));
    log("write", near.write(fill("x", LARGE), () => log("callback", props(near, NAMES))));
    log("written", props(near, NAMES));
    near.on("drain", () => {
      log("drain", props(near, NAMES));
      near.end("end");
      log("ended", props(near, NAMES));
    });
    near.on("finish", () => log("finish", props(near, NAMES)));
    near.on("close", () => {
      log("close", props(near, NAMES));
      next();
    });
    later(() => {
      log("later", props(near, NAMES));
      far.resume();
    }, 20);
  }),
  // several chunks behind one of which a part has left
  (next) => pair("unix", null, (near, far) => {
    const on = (name) => () => log(name, props(near, NAMES));
    log(near.write(fill("x", LARGE), on("first")));
    log(near.write("12345", on("second")));
    log(near.write(fill("y", 20000), on("third")));
    log(near.write("", on("fourth")));
    log("written", props(near, NAMES));
    near.on("drain", () => {
      log("drain", props(near, NAMES));
      far.destroy();
    });
    near.on("close", () => {
      log("close", props(near, NAMES));
      next();
    });
    later(() => {
      log("later", props(near, NAMES));
      far.resume();
    }, 20);
  }),
  // corked
  (next) => pair("unix", null, (near, far) => {
    const on = (name) => () => log(name, props(near, NAMES));
    near.cork();
    log(near.write(fill("x", LARGE), on("first")));
    log(near.write("12345", on("second")));
    log("corked", props(near, NAMES));
    near.uncork();
    log("uncorked", props(near, NAMES));
    log(near.write("67", on("third")));
    log("third", props(near, NAMES));
    near.on("drain", () => {
      log("drain", props(near, NAMES));
      near.end();
      far.end();
    });
    near.on("close", () => {
      log("close", props(near, NAMES));
      next();
    });
    near.resume();
    later(() => far.resume(), 20);
  }),
  // small chunks until one leaves in part only
  (next) => pair("unix", null, (near, far) => {
    let count = 0;
    while (near.writableLength === 0) {
      near.write(fill("x", 1000));
      count++;
    }
    log(near.writableLength, near.bytesWritten === 1000 * count);
    log(near.write("y"), near.writableLength, near.bytesWritten === 1000 * count + 1);
    near.on("drain", () => log("drain", near.writableLength, near.bytesWritten === 1000 * count + 1));
    far.resume();
    near.end();
    near.on("close", next);
  }),
  // many small chunks without a look in between
  (next) => small("unix", 700, next),
  (next) => small("tcp", 700, next),
  (next) => small("tcp", 4001, next),
], (step, next) => step(next));

t.run();
