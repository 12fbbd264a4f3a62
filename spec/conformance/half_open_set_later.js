// allowHalfOpen is read when 'end' comes, so it can be set on an open socket.
"use strict";
const t = require("./prelude");
const { log, pair, tape, watch, later } = t;

pair("tcp", null, (near, far) => {
  watch(tape("near"), near, "end finish close");
  watch(tape("far"), far, "end finish close");
  near.resume();
  far.allowHalfOpen = true;
  log(near.allowHalfOpen, far.allowHalfOpen);
  far.on("end", () => later(() => {
    log("writable", far.writable);
    far.end();
  }, 20));
  far.resume();
  near.end();
});

t.run();
