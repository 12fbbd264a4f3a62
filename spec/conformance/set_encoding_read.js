// read(n) with an encoding set.
"use strict";
const t = require("./prelude");
const { log, pair } = t;

pair("tcp", null, (near, far) => {
  far.setEncoding("hex");
  far.on("readable", () => {
    log("readable", far.readableLength);
    log("read(3)", far.read(3));
    log("read(3)", far.read(3));
    log("read()", far.read());
  });
  far.on("end", () => log("end"));
  near.end("abcdef");
});

t.run();
