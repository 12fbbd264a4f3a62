// A write or an end behind resetAndDestroy, while connecting: it fails, and the peer sees a reset.
"use strict";
const t = require("./prelude");
const { net, listen, each, tape, watch } = t;

const acts = [
  ["write", (near, told) => near.write("lost", told)],
  ["end with data", (near, told) => near.end("lost", told)],
  ["end", (near, told) => near.end(told)],
  ["write and end", (near, told) => { near.write("lost", told); near.end(told); }],
];
each(acts, ([name, act], next) => {
  listen("tcp", {}, (socket) => {
    const tell = watch(tape(name + ", far"), socket, "data end close error");
    socket.on("close", () => { socket.server.close(() => next()); });
    return tell;
  }, (to) => {
    const tell = tape(name);
    const near = net.connect(to);
    watch(tell, near, "connect ready finish end error close");
    near.resetAndDestroy();
    act(near, (e) => tell("told", e));
  });
});

t.run();
