// The last 'readable' listener is taken away: 'data' flows again.
"use strict";
const t = require("./prelude");
const { log, pair, watch, props, later, nextTick } = t;

pair("tcp", null, (near, far) => {
  const f = () => {
    log("readable", far.read());
    far.off("readable", f);
    log(props(far, "readableFlowing"));
    nextTick(() => log("tick", props(far, "readableFlowing")));
  };
  far.on("readable", f);
  far.on("data", (data) => log("data", data));
  watch(log, far, "end close resume pause");
  near.write("one");
  later(() => near.end("two"), 20);
});

t.run();
