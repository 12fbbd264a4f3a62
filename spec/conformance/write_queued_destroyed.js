// Writes that the kernel did not take when the socket is destroyed.
"use strict";
const t = require("./prelude");
const { log, pair, each, watch, later, nextTick } = t;

const block = t.fill("x", 8 * 1024 * 1024);
const ways = [
  ["without error", null],
  ["with error", "boom"],
];
each(ways, (way, next) => {
  pair("tcp", null, (near, far) => {
    const tell = (...values) => log(way[0], ...values);
    watch(tell, near, "drain finish close error");
    far.on("error", () => log("never"));
    near.write(block, (e) => tell("callback 1", e));
    near.write("two", (e) => tell("callback 2", e));
    near.write("three", (e) => tell("callback 3", e));
    later(() => {
      if (way[1]) near.destroy(t.error(way[1]));
      else near.destroy();
      nextTick(() => tell("tick"));
      later(() => {
        far.destroy();
        next();
      }, 30);
    }, 20);
  });
});

t.run();
