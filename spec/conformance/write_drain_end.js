// finish() right after the big write: no 'drain' then.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props } = t;

const block = t.fill("x", 8 * 1024 * 1024);
pair("tcp", null, (near, far) => {
  watch(log, near, "drain finish close");
  log(near.write(block, (e) => log("callback", e)));
  near.end("last", (e) => log("end callback", e));
  log(props(near, "writableNeedDrain writableEnded"));
  far.resume();
  near.resume();
});

t.run();
