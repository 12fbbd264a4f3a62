// Without a listener a flowing socket loses its data.
"use strict";
const t = require("./prelude");
const { log, pair, props, later } = t;

pair("tcp", null, (near, far) => {
  const chunks = [];
  const f = (data) => chunks.push(data);
  far.on("data", f);
  near.write("one ");
  later(() => {
    far.off("data", f);
    log(props(far, "readableFlowing"), far.listenerCount("data"));
    near.write("two ");
    later(() => {
      far.on("data", f);
      near.end("three");
    }, 20);
  }, 20);
  far.on("end", () => log("received", t.join(chunks)));
});

t.run();
