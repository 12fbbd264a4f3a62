// ipv6Only is about "::" and means nothing with an IPv4 address.
"use strict";
const t = require("./prelude");
const { net, log, each } = t;

each(["127.0.0.1", "localhost", "0.0.0.0"], (host, next) => {
  const four = net.createServer((socket) => socket.destroy());
  four.on("error", (e) => {
    log(host, e);
    next();
  });
  four.listen({ port: 0, host: host, ipv6Only: true }, () => {
    const address = four.address();
    log(host, address.address, address.family);
    net.connect(address.port, "127.0.0.1").on("close", () => {
      log("IPv4 connected");
      four.close(() => next());
    }).resume();
  });
});

t.run();
