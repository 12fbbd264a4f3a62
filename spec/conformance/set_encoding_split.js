// What each packet gives when characters are split: never half a character.
"use strict";
const t = require("./prelude");
const { log, pair, each, later, setImmediate } = t;

const packets = ["68c3", "a9e2", "82", "acf0", "9f", "98", "8021"];
each(["utf8", "hex", "base64", "latin1"], (name, next) => {
  pair("tcp", { near: { noDelay: true } }, (near, far) => {
    far.setEncoding(name);
    far.on("data", (data) => log(name, "data", data));
    far.on("end", () => {
      log(name, "end");
      setImmediate(next);
    });
    each(packets, (packet, following) => {
      near.write(t.bytes(packet));
      if (packet === "8021") later(() => near.end(), 15);
      else later(following, 15);
    });
  });
});

t.run();
