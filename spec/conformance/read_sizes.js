// What read() takes for a number of bytes, and what not.
"use strict";
const t = require("./prelude");
const { log, net, raises } = t;

const sizes = [1, 3, "2", 1.9, 0, -1, "x", "", false, true, {}, Infinity, -Infinity, 6, 7, 100];
for (const [i, size] of sizes.entries()) {
  const s = new net.Socket();
  s.unshift("def");
  s.unshift("abc");
  log(i + 1, s.read(size), s.readableLength, s.read(1));
}

for (const size of [2 ** 30 + 1, 1e12]) {
  const s = new net.Socket();
  s.unshift("abc");
  raises("large", () => s.read(size));
  log(s.readableLength, s.readableHighWaterMark);
}

t.run();
