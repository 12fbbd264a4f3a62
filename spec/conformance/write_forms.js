// The forms of write() and what they return; empty chunks.
"use strict";
const t = require("./prelude");
const { log, pair } = t;

pair("tcp", null, (near, far) => {
  const chunks = [];
  far.on("data", (data) => chunks.push(data));
  far.on("end", () => log("received", t.join(chunks)));
  log(near.write("plain "));
  log(near.write("utf8 ", "utf8"));
  log(near.write("6865782020", "hex"));
  log(near.write("callback ", () => log("callback 1")));
  log(near.write("both ", "utf8", () => log("callback 2")));
  log(near.write("null ", null, () => log("callback 3")));
  log(near.write("", () => log("callback of nothing")));
  log(near.write(""));
  log(near.write(t.bytes("00ff80")));
  near.end();
});

t.run();
