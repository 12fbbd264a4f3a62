// Every encoding of write(), in any letter case.
"use strict";
const t = require("./prelude");
const { log, pair, each } = t;

const texts = [
  ["h\u00e9llo \u20ac", "utf8"],
  ["h\u00e9llo \u20ac", "UTF-8"],
  ["68656C6c6f", "hex"],
  ["68656", "Hex"],
  ["68zz65", "hex"],
  ["aGVsbG8=", "base64"],
  ["aGVsbG8", "BASE64"],
  ["a-_9", "base64"],
  ["aGV sbG8=", "base64"],
  ["aGVsbG8", "base64url"],
  ["-_-_", "base64URL"],
  ["h\u00e9llo \u00ff", "latin1"],
  ["h\u00e9llo \u20ac", "latin1"],
  ["h\u00e9llo", "binary"],
  ["h\u00e9llo", "ascii"],
  ["h\u00e9", "ucs2"],
  ["h\u20ac", "UCS-2"],
  ["h\u00e9", "utf16le"],
  ["\ud83d\ude00", "utf-16le"],
];
pair("tcp", null, (near, far) => {
  each(texts, (text, next) => {
    far.once("data", (data) => {
      log(text[1], data);
      if (text[1] === "utf-16le") near.end();
      else next();
    });
    near.write(text[0], text[1]);
  });
});

t.run();
