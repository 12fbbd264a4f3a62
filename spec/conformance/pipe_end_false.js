// pipe(dest, { end: false }) leaves the destination open.
"use strict";
const t = require("./prelude");
const { log, pair, tape, watch, props, later } = t;

pair("tcp", null, (a, b) => {
  pair("tcp", null, (c, d) => {
    const chunks = [];
    d.on("data", (data) => chunks.push(data));
    d.on("end", () => log("received", t.join(chunks)));
    watch(tape("c"), c, "pipe unpipe finish close");
    b.pipe(c, { end: false });
    a.end("first ");
    a.resume();
    b.on("end", () => later(() => {
      log(props(c, "writable destroyed"));
      c.end("last");
    }, 20));
  });
});

t.run();
