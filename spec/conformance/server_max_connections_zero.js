// 0 and nil mean no limit, less than 0 none at all; the limit may change while connections are open.
"use strict";
const t = require("./prelude");
const { net, log, later } = t;

const server = net.createServer((socket) => {
  log("connection");
  socket.resume();
});
server.on("drop", () => log("drop"));
const clients = [];
const connect = (label, next) => {
  log(label);
  const near = net.connect(server.address().port, "127.0.0.1");
  clients.push(near);
  near.on("error", () => log("client error"));
  near.resume();
  later(next, 40);
};
server.listen(0, "127.0.0.1", () => {
  server.maxConnections = 0;
  connect("zero", () => {
    server.maxConnections = 2;
    connect("two", () => {
      connect("two again", () => {
        server.maxConnections = 3;
        connect("three", () => {
          server.maxConnections = -1;
          connect("none", () => {
            for (const near of clients) near.end();
            server.close(() => log("close"));
          });
        });
      });
    });
  });
});

t.run();
