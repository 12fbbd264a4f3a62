// A thousand small writes of one turn: whole, in order, all callbacks in order.
"use strict";
const t = require("./prelude");
const { log, pair, each } = t;

each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    const chunks = [];
    let called = 0;
    let ordered = true;
    for (let i = 1; i <= 1000; i++) {
      near.write(String(i) + ",", () => {
        called += 1;
        if (called !== i) ordered = false;
      });
    }
    far.on("data", (data) => chunks.push(data));
    far.on("end", () => {
      const text = t.join(chunks);
      log(where, text.length, called, ordered, near.bytesWritten);
      next();
    });
    near.end();
  });
});

t.run();
