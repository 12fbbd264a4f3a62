// destroy() with data that nobody read: it is lost, 'end' does not come.
"use strict";
const t = require("./prelude");
const { pair, tape, watch, props, later } = t;

pair("tcp", null, (near, far) => {
  watch(tape("near"), near, "end close error");
  far.pause();
  const tell = tape("far");
  watch(tell, far, "data end close error");
  far.pause();
  near.write("lost");
  later(() => {
    far.destroy();
    tell(props(far, "readableAborted readableDidRead readableEnded"));
    later(() => near.destroy(), 20);
  }, 20);
  near.on("error", () => near.destroy());
});

t.run();
