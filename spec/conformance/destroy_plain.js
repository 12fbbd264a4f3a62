// destroy() without an error: state at once, 'close' later, nothing else.
"use strict";
const t = require("./prelude");
const { log, pair, each, tape, watch, props, later, nextTick } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    const names = "destroyed closed readable writable pending readyState errored";
    const tell = (...values) => log(where, ...values);
    watch(tell, near, "data end finish close error");
    watch(tape(where + " far"), far, "end finish close error");
    far.resume();
    nextTick(() => tell("tick before"));
    tell("returns the socket", near.destroy() === near);
    tell(props(near, names));
    nextTick(() => tell("tick after", props(near, "closed")));
    tell("again", near.destroy(t.error("ignored")) === near);
    near.on("close", () => {
      tell(props(near, names));
      later(next, 20);
    });
  });
});

t.run();
