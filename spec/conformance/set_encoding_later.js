// setEncoding with data already waiting, and between two chunks.
"use strict";
const t = require("./prelude");
const { log, pair, props, later } = t;

pair("tcp", null, (near, far) => {
  far.pause();
  near.write(t.bytes("c3a9"));
  later(() => {
    far.setEncoding("hex");
    log(props(far, "readableEncoding readableLength"));
    far.on("data", (data) => log("data", data));
    far.resume();
    later(() => {
      near.end("xyz");
    }, 20);
  }, 20);
  far.on("end", () => log("end"));
});

t.run();
