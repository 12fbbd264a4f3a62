// A paused socket with nothing waiting ends when the peer does; with data waiting it does not.
"use strict";
const t = require("./prelude");
const { log, pair, each, watch, props, later } = t;

each(["nothing", "data"], (name, next) => {
  pair("tcp", null, (near, far) => {
    const tell = (...values) => log(name, ...values);
    watch(tell, far, "data end finish close");
    far.pause();
    if (name === "data") near.end("waits");
    else near.end();
    near.resume();
    later(() => {
      tell("later", far.isPaused(), props(far, "readableLength readableEnded destroyed"));
      if (name === "data") far.resume();
      else next();
    }, 30);
  });
});

t.run();
