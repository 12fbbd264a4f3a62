// destroy(err) in each event.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch } = t;

each(["lookup", "connect", "ready", "data", "end", "finish", "close"], (name, next) => {
  listen("tcp", {}, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.end("data");
    socket.resume();
  }, (to, server) => {
    const socket = new net.Socket();
    const events = "lookup connectionAttempt connect ready data end finish";
    watch((event) => log(name + ":", event), socket, events);
    socket.on("error", (e) => log(name + ": error", e.message));
    socket.on("close", (hadError) => log(name + ": close", hadError));
    socket.on(name, () => socket.destroy(t.error("boom")));
    socket.on("close", () => server.close(next));
    socket.connect({ port: to.port, host: "localhost", family: 4 });
  });
});

t.run();
