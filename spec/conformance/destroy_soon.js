// destroySoon: at once when finished, else after 'finish'.
"use strict";
const t = require("./prelude");
const { log, pair, each, tape, watch, props, later } = t;

each(["nothing written", "written", "ended"], (name, next) => {
  pair("tcp", null, (near, far) => {
    watch((event, value) => log(name + ":", event, value), near, "end finish close error");
    const chunks = [];
    far.on("data", (data) => chunks.push(data));
    far.on("end", () => tape(name + " far")(t.join(chunks)));
    if (name === "written") near.write("x");
    if (name === "ended") near.end("y");
    near.destroySoon();
    log(name, props(near, "destroyed writableEnded writableFinished"));
    near.on("close", () => later(next, 20));
  });
});

t.run();
