// setEncoding() without an encoding is utf8.
"use strict";
const t = require("./prelude");
const { log, pair, props, later } = t;

pair("tcp", null, (near, far) => {
  log(props(far, "readableEncoding"));
  far.setEncoding();
  log(props(far, "readableEncoding"));
  far.on("data", (data) => log("data", data));
  near.write(t.bytes("61c3"));
  later(() => near.end(t.bytes("a9")), 20);
});

t.run();
