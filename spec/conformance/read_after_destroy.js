// read(), pause(), resume(), setEncoding() and the like on a destroyed socket.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later } = t;

pair("tcp", null, (near, far) => {
  watch(log, far, "data end close pause resume error");
  far.pause();
  near.write("lost");
  later(() => {
    far.destroy();
    log("read", far.read(), props(far, "readableLength"));
    log(far.resume() === far, far.pause() === far, far.setEncoding("utf8") === far);
    far.on("close", () => {
      log("read", far.read());
      log(far.resume() === far);
      near.destroy();
    });
  }, 20);
  near.on("error", () => near.destroy());
});

t.run();
