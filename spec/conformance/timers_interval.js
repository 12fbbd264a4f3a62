// setInterval until it is cleared, from inside.
"use strict";
const t = require("./prelude");
const { log, setInterval, clearInterval } = t;

let count = 0;
const interval = setInterval((text) => {
  count += 1;
  log("interval", count, text);
  if (count === 3) clearInterval(interval);
}, 10, "text");

t.run();
