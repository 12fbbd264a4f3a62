// Listeners of newListener and removeListener that add, remove and raise; those of once that emit
// the event that they are called by.
"use strict";
const t = require("./prelude");
const { net, log, raises, error, EventEmitter } = t;

const each = (title, make) => {
  const say = (...values) => log(title, ...values);
  const f = () => say("f");
  const g = () => say("g");

  let e = make();
  let added = 0;
  e.on("newListener", (name) => {
    say("new", name, e.listenerCount("x"));
    if (name === "x" && ++added < 4) e.on("x", g);
  });
  e.on("x", f);
  e.emit("x");
  say(e.eventNames());

  e = make();
  e.on("newListener", (name, listener) => {
    if (name === "y") e.removeListener("x", f);
    if (name === "x" && listener === f) e.prependListener("x", g);
  });
  e.on("x", f).on("y", f);
  e.emit("x");
  say(e.listenerCount("x"), e.listenerCount("y"));

  e = make();
  e.on("newListener", () => {
    throw error("refused");
  });
  raises(title + " on", () => e.on("x", f));
  raises(title + " once", () => e.once("x", f));
  raises(title + " prepend", () => e.prependListener("x", f));
  say(e.listenerCount("x"), e.eventNames());

  e = make().on("x", f).on("x", g).once("x", f);
  e.on("removeListener", () => {
    throw error("kept");
  });
  raises(title + " off", () => e.removeListener("x", g));
  raises(title + " emit", () => e.emit("x"));
  raises(title + " all", () => e.removeAllListeners("x"));
  say(e.listenerCount("x"));

  e = make().on("x", f).on("x", g);
  e.on("removeListener", (name, listener) => {
    say("gone", name, listener === f);
    if (listener === g) e.on("x", g);
  });
  e.removeListener("x", g);
  e.removeAllListeners("x");
  e.emit("x");
  say(e.listenerCount("x"), e.eventNames());

  e = make();
  let depth = 0;
  e.once("x", () => {
    depth++;
    say("once", depth, e.emit("x"), e.listenerCount("x"));
    if (depth < 3) e.once("x", () => say("next", e.emit("x")));
  });
  e.on("x", () => say("on", depth));
  e.emit("x");
  e.emit("x");

  e = make();
  e.once("x", () => {
    throw error("raised");
  });
  e.once("x", f);
  raises(title + " once raises", () => e.emit("x"));
  say(e.listenerCount("x"), e.emit("x"), e.emit("x"));

  e = make();
  e.on("error", (err) => say("error", err.message));
  e.once("error", () => {
    throw error("in error");
  });
  raises(title + " error", () => e.emit("error", error("first")));
  e.emit("error", error("second"));

  e = make();
  const wrapper = e.once("x", f).rawListeners("x")[0];
  e.on("y", wrapper).once("x", wrapper);
  e.emit("y");
  say(e.listenerCount("x"), e.listenerCount("y"));
  e.emit("x");
  e.emit("y");
  say(e.listenerCount("x"), e.listenerCount("y"), e.listenerCount("x", f));

  e = make().on("removeListener", f).on("x", g);
  e.removeAllListeners("removeListener").removeAllListeners();
  say(e.eventNames());
};

each("emitter", () => new EventEmitter());
each("server", () => new net.Server());
each("socket", () => new net.Socket().removeAllListeners());

t.run();
