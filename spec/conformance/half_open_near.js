// allowHalfOpen on the client alone: it can write after the server ended.
"use strict";
const t = require("./prelude");
const { pair, each, tape, watch, later } = t;

const events = "data end finish close error";
each(["tcp", "unix"], (where, next) => {
  pair(where, { near: { allowHalfOpen: true } }, (near, far) => {
    const tell = tape(where + " near");
    watch(tell, near, events);
    watch(tape(where + " far"), far, events);
    near.on("end", () => {
      near.write("still here");
      later(() => near.end("and bye"), 20);
    });
    far.end("server ends");
    far.on("close", () => later(next, 20));
  });
});

t.run();
