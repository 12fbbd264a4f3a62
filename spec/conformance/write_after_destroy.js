// A write after destroy(): only the callback tells.
"use strict";
const t = require("./prelude");
const { log, pair, watch, nextTick } = t;

pair("tcp", null, (near, far) => {
  watch(log, near, "finish end close error drain");
  far.resume();
  near.destroy();
  nextTick(() => log("tick before"));
  log("write", near.write("y", (e) => log("callback", e)));
  near.end("z", (e) => log("end callback", e));
  near.end((e) => log("second end callback", e));
  nextTick(() => log("tick after"));
  near.on("close", () => {
    log("write", near.write("late", (e) => log("late callback", e)));
  });
});

t.run();
