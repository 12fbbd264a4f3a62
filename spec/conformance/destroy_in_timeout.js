// destroy() in 'timeout', the usual way to drop an idle peer.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props } = t;

pair("tcp", null, (near, far) => {
  watch(log, near, "timeout end finish close error");
  far.resume();
  near.setTimeout(30);
  near.on("timeout", () => {
    near.destroy();
    log(props(near, "destroyed timeout"));
  });
});

t.run();
