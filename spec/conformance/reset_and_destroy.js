// resetAndDestroy: RST to the peer, 'close' without error here; not for Unix sockets.
"use strict";
const t = require("./prelude");
const { net, log, pair, tape, watch, props, says, later } = t;

pair("tcp", null, (near, far) => {
  watch(tape("near"), near, "end finish close error");
  watch(tape("far"), far, "end finish close error");
  near.resume();
  far.resume();
  log("returns the socket", near.resetAndDestroy() === near);
  log(props(near, "destroyed"));
});
later(() => pair("unix", null, (near, far) => {
  says("unix", () => near.resetAndDestroy());
  log("unix", near.destroyed);
  near.destroy();
  far.destroy();
}), 50);
const fresh = new net.Socket();
watch((...values) => log("fresh", ...values), fresh, "close error");
log("fresh", fresh.resetAndDestroy() === fresh, fresh.destroyed);

t.run();
