// The remote address of a closed socket is known if it was asked for before.
"use strict";
const t = require("./prelude");
const { log, pair, props } = t;

pair("tcp", null, (near, far) => {
  log("asked", far.remoteAddress, far.remoteFamily);
  far.destroy();
  log("destroyed", props(far, "remoteAddress remoteFamily localAddress"));
  far.on("close", () => log("closed", props(far, "remoteAddress localAddress")));
  near.destroy();
  log("not asked", props(near, "remoteAddress remoteFamily"));
});

t.run();
