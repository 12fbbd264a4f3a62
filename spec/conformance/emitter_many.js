// Many events, and many listeners of one: the order in which they come and go.
"use strict";
const t = require("./prelude");
const { net, log, EventEmitter } = t;

const MANY = 40;
const f = () => {};

const names = (title, e) => {
  e.setMaxListeners(0);
  for (let i = 1; i <= MANY; i++) e.on(i === 20 ? "data" : i === 25 ? "close" : "n" + i, f);
  log(title, t.join(e.eventNames().map((name) => name + " ")));
  for (let i = 1; i <= MANY; i += 3) e.removeListener("n" + i, f);
  e.removeListener("data", f).on("data", f).on("n1", f);
  log(title, t.join(e.eventNames().map((name) => name + " ")));
  e.on("removeListener", (name) => log(title, "gone", name));
  e.removeAllListeners("n1");
  e.removeAllListeners();
  log(title, e.eventNames());
};
names("emitter", new EventEmitter());
names("server", new net.Server());

const listeners = (title, e) => {
  e.setMaxListeners(0);
  const list = [];
  for (let i = 1; i <= MANY; i++) list[i] = (...values) => log(title, i, ...values);
  for (let i = 1; i <= MANY; i++) {
    if (i % 4 === 0) e.prependListener("x", list[i]);
    else if (i % 4 === 1) e.once("x", list[i]);
    else if (i % 4 === 2) e.prependOnceListener("x", list[i]);
    else e.on("x", list[i]);
  }
  e.on("x", list[3]);
  e.prependListener("x", list[3]);
  log(e.listenerCount("x"), e.listenerCount("x", list[3]), e.listenerCount("x", list[5]));
  e.removeListener("x", list[3]).removeListener("x", list[5]).removeListener("x", list[8]);
  e.removeListener("x", e.rawListeners("x")[2]);
  log(e.listeners("x").length, e.rawListeners("x").length);
  e.on("removeListener", (name) => log(title, "gone", name));
  e.emit("x", "first");
  e.emit("x", "second");
  e.removeAllListeners("x");
  log(e.emit("x"), e.eventNames());
};
listeners("emitter", new EventEmitter());
listeners("server", new net.Server());
listeners("socket", new net.Socket().removeAllListeners());

t.run();
