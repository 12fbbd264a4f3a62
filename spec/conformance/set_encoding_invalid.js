// Bytes that are no UTF-8 become U+FFFD, an unfinished character at the end too.
"use strict";
const t = require("./prelude");
const { log, pair, each, setImmediate } = t;

const texts = [
  "ff", "c328", "e28228", "f09f98", "c0af",
  "eda080", "f4908080", "61e282", "80bf", "f8888080",
];
each(texts, (text, next) => {
  pair("tcp", null, (near, far) => {
    const chunks = [];
    far.setEncoding("utf8");
    far.on("data", (data) => chunks.push(data));
    far.on("end", () => {
      log(text, t.join(chunks));
      setImmediate(next);
    });
    near.end(t.bytes(text));
  });
});

t.run();
