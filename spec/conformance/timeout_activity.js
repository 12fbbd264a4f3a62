// Activity in either direction puts it off.
"use strict";
const t = require("./prelude");
const { log, pair, setTimeout, setInterval, clearInterval } = t;

pair("tcp", null, (near, far) => {
  far.resume();
  near.resume();
  let timeouts = 0;
  const idle = () => {
    timeouts += 1;
  };
  near.setTimeout(120, idle);
  far.setTimeout(120, idle);
  let count = 0;
  const writer = setInterval(() => {
    count += 1;
    if (count < 6) {
      near.write("x");
      return;
    }
    clearInterval(writer);
    log("activity is over", timeouts);
    setTimeout(() => {
      log("timeouts", timeouts);
      near.destroy();
      far.destroy();
    }, 250);
  }, 50);
});

t.run();
