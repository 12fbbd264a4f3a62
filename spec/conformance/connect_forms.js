// Every form of net.connect, net.createConnection and socket.connect.
"use strict";
const t = require("./prelude");
const { net, log, each, newPath } = t;

const host = "127.0.0.1";
const path = newPath();
const server = net.createServer((socket) => socket.end());
const unix = net.createServer((socket) => socket.end());
const forms = (port) => [
  ["port", () => net.connect(port)],
  ["port as text", () => net.connect(String(port))],
  ["port and host", () => net.connect(port, host)],
  ["options", () => net.connect({ port: port })],
  ["options with host", () => net.connect({ port: port, host: host })],
  ["port text", () => net.connect({ port: String(port) })],
  ["createConnection", () => net.createConnection(port, host)],
  ["createConnection", () => net.createConnection({ port: port })],
  ["path", () => net.connect(path)],
  ["path in options", () => net.connect({ path: path })],
  ["createConnection path", () => net.createConnection(path)],
  ["socket.connect port", () => new net.Socket().connect(port)],
  ["socket.connect port and host", () => new net.Socket().connect(port, host)],
  ["connect options", () => new net.Socket().connect({ port: port, host: host })],
  ["socket.connect path", () => new net.Socket().connect(path)],
  ["last", () => new net.Socket().connect({ path: path })],
];
server.listen(0, () => unix.listen(path, () => {
  each(forms(server.address().port), (form, next) => {
    const socket = form[1]();
    log(form[0], "connecting", socket.connecting);
    socket.on("connect", () => log(form[0], "connect", socket.connecting));
    socket.on("error", (e) => log(form[0], e.code));
    socket.resume();
    socket.on("close", (hadError) => {
      log(form[0], "close", hadError);
      if (form[0] === "last") {
        server.close();
        unix.close();
      } else {
        next();
      }
    });
  });
}));

t.run();
