// A Unix socket has none.
"use strict";
const t = require("./prelude");
const { log, pair, props } = t;

pair("unix", null, (near, far) => {
  const names = "localAddress localPort localFamily remoteAddress remotePort remoteFamily";
  log(props(near, names), near.address());
  log(props(far, names), far.address());
  near.destroy();
  far.destroy();
});

t.run();
