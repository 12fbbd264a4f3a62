// setTimeout(0) turns it off and takes the callback away; it can be changed.
"use strict";
const t = require("./prelude");
const { log, pair, setTimeout } = t;

pair("tcp", null, (near, far) => {
  const f = () => log("never");
  near.setTimeout(20, f);
  log(near.timeout, near.listenerCount("timeout"));
  near.setTimeout(0, f);
  log(near.timeout, near.listenerCount("timeout"));
  far.setTimeout(20);
  far.setTimeout(60);
  let early = true;
  far.on("timeout", () => log("far timeout", early, far.timeout));
  setTimeout(() => {
    early = false;
  }, 40);
  setTimeout(() => {
    near.destroy();
    far.destroy();
    log("after destroy", near.setTimeout(10) === near, near.timeout);
  }, 120);
});

t.run();
