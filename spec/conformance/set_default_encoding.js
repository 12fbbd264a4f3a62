// setDefaultEncoding counts for writes without an encoding.
"use strict";
const t = require("./prelude");
const { log, pair } = t;

pair("tcp", null, (near, far) => {
  far.on("data", (data) => {
    log("received", data);
  });
  log("chains", near.setDefaultEncoding("HEX") === near);
  near.end("6869");
});

t.run();
