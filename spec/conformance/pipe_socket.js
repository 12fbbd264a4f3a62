// From one socket into another; the destination ends with the source.
"use strict";
const t = require("./prelude");
const { log, pair, tape, watch, later } = t;

pair("tcp", null, (a, b) => {
  pair("unix", null, (c, d) => {
    watch(tape("b"), b, "end finish close unpipe pipe");
    watch(tape("c"), c, "pipe unpipe end finish close");
    const chunks = [];
    d.on("data", (data) => chunks.push(data));
    d.on("end", () => log("received", t.join(chunks)));
    c.resume();
    log(b.pipe(c) === c);
    log("listeners", c.listenerCount("drain"), b.listenerCount("end"));
    a.write("through ");
    later(() => a.end("two sockets"), 20);
    a.resume();
  });
});

t.run();
