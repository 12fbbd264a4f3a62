// The same over the life of both sides.
"use strict";
const t = require("./prelude");
const { pair, each, tape, props, later } = t;

const names = "destroyed closed readable readableEnded readableDidRead readableAborted";
const more = "writable writableEnded writableFinished writableLength readableLength";
each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    const watchState = (name, socket) => {
      const tell = tape(where + " " + name);
      const state = (label) => {
        tell(label, props(socket, names));
        tell(label, props(socket, more));
      };
      state("open");
      for (const event of ["data", "end", "finish", "close"]) {
        socket.on(event, () => state(event));
      }
      return state;
    };
    const nearState = watchState("near", near);
    watchState("far", far);
    near.end("hello");
    nearState("ended");
    near.on("close", () => later(next, 20));
  });
});

t.run();
