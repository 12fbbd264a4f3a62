// Data in a second finish() is a write after the end.
"use strict";
const t = require("./prelude");
const { log, pair, watch } = t;

pair("tcp", null, (near, far) => {
  watch(log, near, "finish end close error");
  far.resume();
  near.resume();
  near.end("x", (e) => log("first", e));
  near.end("y", (e) => log("second", e));
});

t.run();
