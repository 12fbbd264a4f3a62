// Without activity it comes once; the callback is a once-listener.
"use strict";
const t = require("./prelude");
const { log, pair, setTimeout } = t;

pair("tcp", null, (near, far) => {
  far.resume();
  near.setTimeout(20, () => log("callback"));
  log("listeners", near.listenerCount("timeout"));
  near.on("timeout", () => log("timeout", near.listenerCount("timeout")));
  setTimeout(() => {
    log("later", near.timeout);
    near.destroy();
    far.destroy();
  }, 100);
});

t.run();
