// ipv6Only leaves IPv4 to others.
"use strict";
const t = require("./prelude");
const { net, log, tape } = t;

const far = tape("far");
const server = net.createServer((socket) => {
  far("connection", socket.remoteFamily);
  socket.end();
  socket.resume();
});
server.listen({ port: 0, host: "::", ipv6Only: true }, () => {
  const port = server.address().port;
  const four = net.connect(port, "127.0.0.1");
  four.on("error", (e) => {
    log("IPv4", e.code);
    const six = net.connect(port, "::1");
    six.on("connect", () => log("IPv6 connected"));
    six.resume();
    six.on("close", () => server.close(() => log("closed")));
  });
});

t.run();
