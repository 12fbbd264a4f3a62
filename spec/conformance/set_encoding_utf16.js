// utf16le: pairs of bytes and surrogate pairs are kept together.
"use strict";
const t = require("./prelude");
const { log, pair, each, later } = t;

const packets = ["68", "00e9", "00", "3dd8", "00de2100"];
pair("tcp", null, (near, far) => {
  far.setEncoding("utf16le");
  far.on("data", (data) => log("data", data));
  far.on("end", () => log("end", far.readableEncoding));
  each(packets, (packet, following) => {
    near.write(t.bytes(packet));
    if (packet === "00de2100") later(() => near.end(), 15);
    else later(following, 15);
  });
});

t.run();
