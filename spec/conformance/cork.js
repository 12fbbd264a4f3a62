// cork() gathers, uncork() as often as cork() sends.
"use strict";
const t = require("./prelude");
const { log, pair, tape, watch, props, later, nextTick } = t;

pair("tcp", null, (near, far) => {
  const names = "writableCorked writableLength bytesWritten";
  watch(tape("far"), far, "data end");
  near.cork();
  near.cork();
  log(near.write("one ", (e) => log("callback 1", e)), props(near, names));
  log(near.write("two ", (e) => log("callback 2", e)), props(near, names));
  near.uncork();
  log(props(near, names));
  later(() => {
    log("still corked", props(near, names));
    near.uncork();
    log(props(near, names));
    nextTick(() => log("tick"));
    later(() => {
      near.cork();
      near.write("three ");
      near.end("four", () => log("end callback"));
      log(props(near, names));
    }, 20);
  }, 20);
});

t.run();
