// What a listener raises ends the loop; the rest goes on when it runs again.
"use strict";
const t = require("./prelude");
const { log, pair } = t;

pair("tcp", null, (near, far) => {
  near.on("finish", () => {
    log("finish");
    throw t.error("in finish");
  });
  near.on("finish", () => log("never"));
  near.on("close", (hadError) => log("close", hadError));
  far.resume();
  near.resume();
  near.end("x", () => log("end callback"));
});

t.run();
