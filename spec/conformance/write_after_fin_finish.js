// The same once the socket ended itself.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props } = t;

pair("tcp", null, (near, far) => {
  watch(log, near, "end finish close error");
  near.on("finish", () => {
    log("write", near.write("later", (e) => log("callback", e)));
    log(props(near, "writable writableEnded destroyed"));
  });
  near.resume();
  far.end();
  far.resume();
});

t.run();
