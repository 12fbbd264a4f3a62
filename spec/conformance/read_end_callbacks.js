// 'end' is heard once, by late listeners not at all.
"use strict";
const t = require("./prelude");
const { log, pair, props } = t;

pair("tcp", null, (near, far) => {
  far.once("end", () => {
    log("once");
    far.on("end", () => log("never"));
  });
  far.on("end", () => log("on"));
  far.resume();
  near.end();
  near.resume();
  far.on("close", () => {
    far.on("end", () => log("never"));
    far.on("data", () => log("never"));
    log("over", props(far, "readableEnded"));
  });
});

t.run();
