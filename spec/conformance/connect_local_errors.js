// Local addresses that do not work.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch } = t;

listen("tcp", {}, null, (to, server) => {
  const ways = [
    ["not ours", { port: to.port, host: to.host, localAddress: "192.0.2.200" }],
    ["port in use", {
      port: to.port,
      host: to.host,
      localPort: to.port,
      localAddress: to.host,
    }],
  ];
  each(ways, (way, next) => {
    const socket = new net.Socket();
    const events = "connectionAttempt connectionAttemptFailed connect error close";
    watch((...values) => log(way[0], ...values), socket, events);
    socket.on("close", () => {
      if (way[0] === "port in use") server.close();
      else next();
    });
    socket.connect(way[1]);
  });
});

t.run();
