// destroy(err) without a listener of 'error' ends the loop; 'close' follows.
"use strict";
const t = require("./prelude");
const { log, pair } = t;

pair("tcp", null, (near, far) => {
  far.resume();
  near.on("close", (hadError) => log("close", hadError));
  near.destroy(t.error("boom"));
});

t.run();
