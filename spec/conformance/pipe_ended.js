// pipe() from a socket that has ended already: the destination ends by a tick.
"use strict";
const t = require("./prelude");
const { log, pair, EventEmitter } = t;

pair("tcp", null, (near, far) => {
  const dest = new EventEmitter();
  dest.write = () => log("never");
  dest.end = () => log("end");
  far.allowHalfOpen = true;
  far.on("end", () => {
    far.pipe(dest);
    log("piped");
    far.end();
  });
  far.resume();
  near.end();
  near.resume();
});

t.run();
