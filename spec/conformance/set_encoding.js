// setEncoding: every encoding, characters split between packets.
"use strict";
const t = require("./prelude");
const { log, pair, each, later, setImmediate } = t;

const bytes = t.bytes("68c3a9e282acf09f988021");
const names = ["utf8", "UTF-8", "hex", "base64", "base64url", "latin1", "binary", "ascii"];
each(names, (name, next) => {
  pair("tcp", null, (near, far) => {
    const chunks = [];
    log(name, "chains", far.setEncoding(name) === far, far.readableEncoding);
    far.on("data", (data) => chunks.push(data));
    far.on("end", () => {
      log(name, t.join(chunks), far.bytesRead);
      setImmediate(next);
    });
    near.write(bytes);
    later(() => {
      near.write(bytes);
      near.end();
    }, 20);
  });
});

t.run();
