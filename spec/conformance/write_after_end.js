// A write after finish(): callback and 'error' with ERR_STREAM_WRITE_AFTER_END, destroyed.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, nextTick } = t;

pair("tcp", null, (near, far) => {
  watch(log, near, "finish end close error");
  far.resume();
  near.resume();
  near.end("x");
  nextTick(() => log("tick before"));
  log("write", near.write("y", (e) => log("callback", e)));
  nextTick(() => log("tick after"));
  log(props(near, "destroyed writable errored"));
});

t.run();
