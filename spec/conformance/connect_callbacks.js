// The connect listener in every form: once, after those that were there before.
"use strict";
const t = require("./prelude");
const { net, log, each, newPath } = t;

const path = newPath();
const server = net.createServer((socket) => socket.end());
const unix = net.createServer((socket) => socket.end());
const host = "127.0.0.1";
const forms = (port) => [
  ["port", (f) => net.connect(port, f)],
  ["port and host", (f) => net.connect(port, host, f)],
  ["options", (f) => net.connect({ port: port, host: host }, f)],
  ["createConnection", (f) => net.createConnection(port, host, f)],
  ["path", (f) => net.connect(path, f)],
  ["path in options", (f) => net.createConnection({ path: path }, f)],
  ["socket.connect", (f) => new net.Socket().connect(port, host, f)],
  ["connect options", (f) => new net.Socket().connect({ port: port }, f)],
  ["socket.connect path", (f) => new net.Socket().connect(path, f)],
];
server.listen(0, () => unix.listen(path, () => {
  each(forms(server.address().port), (form, next) => {
    const socket = form[1](() => log(form[0], "callback"));
    log(form[0], "listeners", socket.listenerCount("connect"));
    socket.prependListener("connect", () => log(form[0], "prepended"));
    socket.on("connect", () => log(form[0], "after"));
    socket.on("ready", () => log(form[0], "ready"));
    socket.resume();
    socket.on("close", () => {
      if (form[0] === "socket.connect path") {
        server.close();
        unix.close();
      } else {
        next();
      }
    });
  });
}));

t.run();
