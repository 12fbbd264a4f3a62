// What is left of a hex pair, a base64 triple, a character when the peer ends.
"use strict";
const t = require("./prelude");
const { log, pair, each, setImmediate } = t;

const ways = [
  ["base64", "616263"],
  ["base64", "61626364"],
  ["base64url", "fbff"],
  ["utf8", "e282"],
  ["utf16le", "6100d8"],
];
each(ways, (way, next) => {
  pair("tcp", null, (near, far) => {
    far.setEncoding(way[0]);
    far.on("data", (data) => log(way[0], "data", data));
    far.on("end", () => {
      log(way[0], "end");
      setImmediate(next);
    });
    near.end(t.bytes(way[1]));
  });
});

t.run();
