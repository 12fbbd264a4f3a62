// readyState when one side is over: readOnly and writeOnly.
"use strict";
const t = require("./prelude");
const { log, pair, each, later } = t;

each(["tcp", "unix"], (where, next) => {
  const half = { allowHalfOpen: true };
  pair(where, { near: half, far: half }, (near, far) => {
    log(where, "open", near.readyState, far.readyState);
    far.on("end", () => {
      log(where, "far end", far.readyState);
      far.end();
      log(where, "far ended", far.readyState);
    });
    far.resume();
    near.on("finish", () => log(where, "near finish", near.readyState));
    near.on("end", () => log(where, "near end", near.readyState));
    near.on("close", () => {
      log(where, "near close", near.readyState);
      later(next, 20);
    });
    near.resume();
    near.end();
    log(where, "near ended", near.readyState);
  });
});

t.run();
