// Timers and ticks set in socket events.
"use strict";
const t = require("./prelude");
const { log, pair, setTimeout, setImmediate, nextTick } = t;

pair("tcp", null, (near, far) => {
  far.resume();
  near.on("finish", () => {
    log("finish");
    nextTick(() => log("tick"));
    setImmediate(() => log("immediate"));
  });
  near.end("x", () => {
    log("callback");
    nextTick(() => log("tick of the callback"));
  });
  near.on("close", () => setTimeout(() => log("timer"), 10));
  near.resume();
});

t.run();
