// FIN from one side: the other ends by itself; order of the events on both sides.
"use strict";
const t = require("./prelude");
const { pair, each, tape, watch, later } = t;

const events = "data end finish close error";
each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    watch(tape(where + " near"), near, events);
    watch(tape(where + " far"), far, events);
    near.end("bye");
    near.on("close", () => later(next, 20));
  });
});

t.run();
