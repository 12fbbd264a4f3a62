// What the error tells for each way to name the address.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, later, setImmediate } = t;

listen("tcp", {}, null, (to, first) => {
  const ways = [
    ["any host", { port: to.port }],
    ["IPv4 any", { port: to.port, host: "0.0.0.0" }],
    ["loopback", { port: to.port, host: "127.0.0.1" }],
    ["exclusive", { port: to.port, host: "127.0.0.1", exclusive: true }],
  ];
  each(ways, (way, next) => {
    const server = net.createServer();
    server.on("error", (e) => {
      log(way[0], e);
      setImmediate(next);
    });
    server.on("listening", () => {
      log(way[0], "listening", server.address().family);
      server.close(next);
    });
    server.listen(way[1]);
  });
  later(() => first.close(), 100);
});

t.run();
