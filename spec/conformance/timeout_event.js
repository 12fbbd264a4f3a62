// setTimeout: 'timeout' without activity, again and again, the socket stays open.
"use strict";
const t = require("./prelude");
const { log, pair, props } = t;

pair("tcp", null, (near, far) => {
  let count = 0;
  far.resume();
  near.resume();
  log("chains", near.setTimeout(30) === near, near.timeout);
  near.on("timeout", () => {
    count += 1;
    log("timeout", count, props(near, "destroyed readyState"));
    if (count === 1) near.write("activity");
    else near.end();
  });
  near.on("close", () => log("close"));
});

t.run();
