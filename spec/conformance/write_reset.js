// The peer reset the connection: ECONNRESET while reading.
"use strict";
const t = require("./prelude");
const { log, pair, tape, watch } = t;

pair("tcp", null, (near, far) => {
  watch(log, near, "data end finish close");
  near.on("error", (e) => log("error", e));
  far.resume();
  far.on("close", (hadError) => tape("far")("close", hadError));
  far.resetAndDestroy();
});

t.run();
