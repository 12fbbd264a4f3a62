// localAddress and localPort: what both sides see.
"use strict";
const t = require("./prelude");
const { net, log, each, tape } = t;

const far = tape("far");
const server = net.createServer((socket) => {
  far(socket.remoteAddress, socket.remoteFamily);
  socket.end();
  socket.resume();
});
server.listen(0, "127.0.0.1", () => {
  const port = server.address().port;
  const free = net.createServer().listen(0, "127.0.0.1", () => {
    const port2 = free.address().port;
    free.close(() => {
      const ways = [
        ["address", { port: port, host: "127.0.0.1", localAddress: "127.0.0.3" }],
        ["port", { port: port, host: "127.0.0.1", localPort: port2 }],
        ["name", { port: port, host: "localhost", family: 4, localAddress: "127.0.0.4" }],
      ];
      each(ways, (way, next) => {
        const socket = net.connect(way[1], () => {
          log(way[0], socket.localAddress, socket.localFamily);
          if (way[0] === "port") log(way[0], socket.localPort === port2);
        });
        socket.on("error", (e) => log(way[0], e.code));
        socket.resume();
        socket.on("close", () => {
          if (way[0] === "name") server.close();
          else next();
        });
      });
    });
  });
});

t.run();
