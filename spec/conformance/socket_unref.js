// An unref'd connection does not keep the program; ref() does again.
"use strict";
const t = require("./prelude");
const { log, pair, watch, setTimeout } = t;

pair("tcp", null, (near, far) => {
  near.unref();
  far.unref();
  watch(log, near, "end close");
  watch(log, far, "end close");
  setTimeout(() => log("the timer is over"), 30);
});

t.run();
