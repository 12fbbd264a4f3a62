// destroy() in the callback of a write and of finish().
"use strict";
const t = require("./prelude");
const { log, pair, each, tape, watch, later } = t;

each(["write", "finish"], (name, next) => {
  pair("tcp", null, (near, far) => {
    watch((event, value) => log(name + ":", event, value), near, "end finish close error");
    far.on("data", (data) => tape(name + " far")(data));
    if (name === "write") near.write("x", () => near.destroy());
    else near.end("x", () => near.destroy());
    near.on("close", () => later(next, 20));
  });
});

t.run();
