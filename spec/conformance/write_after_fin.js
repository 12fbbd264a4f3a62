// The peer has ended and allowHalfOpen is off: a write in or after 'end' is EPIPE.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, nextTick } = t;

pair("tcp", null, (near, far) => {
  watch(log, near, "end finish close error");
  near.on("end", () => {
    nextTick(() => log("tick"));
    log("write", near.write("late", (e) => log("callback", e)));
    log(props(near, "writable writableEnded destroyed"));
  });
  near.on("finish", () => {
    log("write", near.write("later", (e) => log("callback", e)));
  });
  near.resume();
  far.end();
  far.resume();
  far.on("error", () => log("never"));
});

t.run();
