// bytesRead, bytesWritten, bufferSize: exact, in characters of every width, after close too.
"use strict";
const t = require("./prelude");
const { log, pair, each, props, later } = t;

const names = "bytesRead bytesWritten bufferSize writableLength readableLength";
each(["tcp", "unix"], (where, next) => {
  pair(where, null, (near, far) => {
    log(where, "open", props(near, names));
    near.write("h\u00e9\u20ac");
    log(where, "utf8", props(near, names));
    near.write("00ff80", "hex");
    log(where, "hex", props(near, names));
    near.write("h\u00e9", "latin1");
    near.write("h\u00e9", "utf16le");
    near.write("aGk=", "base64");
    log(where, "more", props(near, names));
    later(() => {
      log(where, "far", props(far, names));
      far.end("back");
      far.resume();
    }, 20);
    near.resume();
    near.on("close", () => {
      log(where, "near closed", props(near, names));
      later(() => {
        log(where, "far closed", props(far, names));
        next();
      }, 20);
    });
  });
});

t.run();
