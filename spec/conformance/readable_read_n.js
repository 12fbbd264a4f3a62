// read(n): n bytes or nil when fewer are there; the rest at the end.
"use strict";
const t = require("./prelude");
const { log, pair, each, watch, later } = t;

pair("tcp", null, (near, far) => {
  far.on("readable", () => {
    log("readable", far.readableLength);
    log("read(4)", far.read(4), far.readableLength);
    log("read(4)", far.read(4), far.readableLength);
    log("read(0)", far.read(0), far.readableLength);
  });
  watch(log, far, "end close");
  near.write("0123456789");
  each(["ab", "cdefg", "!"], (text, next) => later(() => {
    near.write(text);
    if (text === "!") near.end();
    else next();
  }, 20));
});

t.run();
