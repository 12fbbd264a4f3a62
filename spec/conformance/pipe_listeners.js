// What a pipe listens to, as the two sockets tell it: when made, after it, when undone.
"use strict";
const t = require("./prelude");
const { log, pair, later } = t;

const EVENTS = ["data", "end", "close", "finish", "error", "unpipe", "drain"];

function counts(label, socket) {
  log(label, ...EVENTS.map((name) => socket.listenerCount(name)));
}

pair("tcp", null, (a, b) => {
  pair("tcp", null, (c, d) => {
    counts("source", b);
    counts("dest", c);
    b.on("newListener", (name, listener) => log("source gets", name, typeof listener === "function"));
    c.on("newListener", (name, listener) => log("dest gets", name, typeof listener === "function"));
    b.pipe(c);
    counts("source", b);
    counts("dest", c);
    log("names", ...c.eventNames().sort());
    log("same dest again", b.pipe(c, { end: false }) === c);
    counts("source", b);
    counts("dest", c);
    log("one is undone");
    b.unpipe(c);
    counts("source", b);
    counts("dest", c);
    log("by its listener");
    c.removeListener("unpipe", c.listeners("unpipe")[0]);
    counts("dest", c);
    b.unpipe(c);
    counts("source", b);
    counts("dest", c);
    later(() => {
      for (const one of [a, b, c, d]) one.destroy();
    }, 20);
  });
});

t.run();
