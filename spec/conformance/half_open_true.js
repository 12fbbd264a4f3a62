// allowHalfOpen on both sides: each side ends on its own.
"use strict";
const t = require("./prelude");
const { pair, each, tape, watch, props, later } = t;

const events = "data end finish close error";
const half = { allowHalfOpen: true };
each(["tcp", "unix"], (where, next) => {
  pair(where, { near: half, far: half }, (near, far) => {
    const tellFar = tape(where + " far");
    const tellNear = tape(where + " near");
    watch(tellNear, near, events);
    watch(tellFar, far, events);
    far.on("end", () => {
      tellFar(props(far, "writable readable destroyed allowHalfOpen"));
      later(() => {
        tellFar("write", far.write("after the end"));
        far.end();
      }, 20);
    });
    near.end("bye");
    near.on("close", () => later(next, 20));
  });
});

t.run();
