// Back-pressure between sockets: a big source through a slow reader, whole.
"use strict";
const t = require("./prelude");
const { log, pair, later } = t;

const block = t.fill("y", 6 * 1024 * 1024);
pair("tcp", null, (a, b) => {
  pair("tcp", null, (c, d) => {
    b.pipe(c);
    a.end(block);
    a.resume();
    c.resume();
    let total = 0;
    later(() => {
      log("written so far is less", c.bytesWritten < 6 * 1024 * 1024);
      d.on("data", (data) => {
        total += data.length;
      });
      d.on("end", () => log("total", total, b.bytesRead, c.bytesWritten));
    }, 100);
  });
});

t.run();
