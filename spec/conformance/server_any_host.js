// No host: '::' takes IPv4 connections too, as mapped addresses.
"use strict";
const t = require("./prelude");
const { net, log, each, tape, setImmediate } = t;

const near = tape("near");
const far = tape("far");
const server = net.createServer((socket) => {
  far("remote", socket.remoteFamily, socket.remoteAddress);
  far("local", socket.localFamily, socket.localAddress);
  socket.end();
  socket.resume();
});
const hosts = ["127.0.0.1", "::1"];
server.listen(0, () => {
  const address = server.address();
  log(address.family, address.address);
  each(hosts, (host, next) => {
    const socket = net.connect(address.port, host);
    socket.on("connect", () => near(socket.remoteFamily, socket.remoteAddress));
    socket.resume();
    socket.on("close", () => {
      if (host === "::1") server.close(() => log("closed"));
      else setImmediate(next);
    });
  });
});

t.run();
