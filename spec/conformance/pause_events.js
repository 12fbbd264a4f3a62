// 'pause' comes in the call, once; 'resume' by a tick.
"use strict";
const t = require("./prelude");
const { log, pair, watch, setImmediate, nextTick } = t;

pair("tcp", null, (near, far) => {
  watch(log, far, "pause resume");
  const tell = (label) => log(label, far.readableFlowing, far.isPaused());
  tell("fresh");
  far.pause();
  tell("paused");
  far.pause();
  tell("paused again");
  far.resume();
  tell("resumed");
  far.resume();
  tell("resumed again");
  far.pause();
  tell("paused in the same turn");
  nextTick(() => tell("tick"));
  setImmediate(() => {
    tell("immediate");
    far.resume();
    nextTick(() => tell("tick"));
    setImmediate(() => {
      tell("immediate");
      near.destroy();
      far.destroy();
    });
  });
});

t.run();
