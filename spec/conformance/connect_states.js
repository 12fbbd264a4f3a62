// connecting, pending, readyState and the like over the life of a client.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, props, nextTick } = t;

const names = "connecting pending readyState destroyed closed readable writable";
each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => socket.end("x"), (to, server) => {
    const socket = new net.Socket();
    const tell = (label) => log(where, label, props(socket, names));
    tell("fresh");
    socket.connect(to);
    tell("called");
    nextTick(() => tell("tick"));
    socket.on("connect", () => tell("connect"));
    socket.on("ready", () => tell("ready"));
    socket.on("data", () => tell("data"));
    socket.on("end", () => tell("end"));
    socket.on("finish", () => tell("finish"));
    socket.on("close", () => {
      tell("close");
      server.close(next);
    });
  });
});

t.run();
