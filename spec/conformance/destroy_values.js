// Anything may be the exception: it comes to 'error' as it is.
"use strict";
const t = require("./prelude");
const { log, pair, each } = t;

each(["text", 42, true], (value, next) => {
  pair("tcp", null, (near, far) => {
    far.resume();
    near.on("error", (e) => log("error", e, e === value));
    near.on("close", (hadError) => {
      log("close", hadError);
      next();
    });
    near.destroy(value);
  });
});

t.run();
