// Nobody listens: error and close, with every field and the state in each event.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, props, newPath } = t;

const names = "connecting pending destroyed closed readyState";
const path = newPath();
const file = newPath();
t.touch(file);
listen("tcp", {}, null, (to, server) => server.close(() => {
  const ways = [
    ["tcp", to],
    ["no such path", { path: path }],
    ["not a socket", { path: file }],
    ["a directory", { path: "/" }],
    ["below a file", { path: file + "/x" }],
  ];
  each(ways, (way, next) => {
    const socket = new net.Socket();
    socket.on("error", (e) => {
      log(way[0], "error", e);
      log(way[0], socket.errored === e);
      log(way[0], props(socket, names));
    });
    socket.on("close", (hadError) => {
      log(way[0], "close", hadError);
      log(way[0], props(socket, names));
      next();
    });
    socket.on("connect", () => log("never"));
    socket.on("end", () => log("never"));
    socket.on("finish", () => log("never"));
    socket.connect(way[1], () => log("never"));
    log(way[0], props(socket, names));
  });
}));

t.run();
