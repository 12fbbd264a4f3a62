// finish() again: while ending, after 'finish', after 'close'.
"use strict";
const t = require("./prelude");
const { log, pair, watch, later } = t;

pair("tcp", { near: { allowHalfOpen: true } }, (near, far) => {
  watch(log, near, "finish end close error");
  far.allowHalfOpen = true;
  far.resume();
  near.resume();
  near.end("x", (e) => log("first", e));
  near.end((e) => log("second", e));
  near.on("finish", () => later(() => {
    near.end((e) => log("after finish", e));
    log("returns the socket", near.end() === near);
    later(() => far.end(), 20);
  }, 20));
  near.on("close", () => {
    near.end((e) => log("after close", e));
    later(() => log("over"), 20);
  });
});

t.run();
