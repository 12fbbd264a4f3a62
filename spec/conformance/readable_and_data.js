// 'data' with 'readable': read() emits 'data', the socket does not flow.
"use strict";
const t = require("./prelude");
const { log, pair, watch, later } = t;

pair("tcp", null, (near, far) => {
  far.on("data", (data) => log("data", data));
  far.on("readable", () => {
    log("readable", far.readableFlowing);
    const data = far.read();
    log("read", data);
  });
  watch(log, far, "end close");
  near.write("one");
  later(() => near.end("two"), 20);
});

t.run();
