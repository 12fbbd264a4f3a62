// A program may emit the library's own events: listeners hear them, nothing else happens.
"use strict";
const t = require("./prelude");
const { log, pair, props } = t;

pair("tcp", null, (near, far) => {
  near.on("timeout", () => log("timeout"));
  near.on("lookup", (a) => log("lookup", a));
  log(near.emit("timeout"), near.emit("lookup", "mine"), near.emit("nothing"));
  near.on("error", (e) => log("error", e.message));
  near.emit("error", t.error("mine"));
  log(props(near, "destroyed errored"));
  near.destroy();
  far.destroy();
});

t.run();
