// A name that starts with NUL is in Linux' abstract name space: no file.
"use strict";
const t = require("./prelude");
const { net, log, says, newPath } = t;

const name = "\0lnet-" + newPath();

// What a name has beyond its 108 bytes does not count.
const tooLong = () => {
  const long = (name + "x".repeat(200)).slice(0, 108);
  const server = net.createServer((socket) => socket.end("cut")).listen(long + "y", () => {
    log("long", server.address() === long + "y");
    const socket = net.connect(long).on("data", (data) => log("data", data));
    socket.on("close", () => server.close(() => {
      net.connect(long + "z").on("error", (e) => log("late", e.code, e.address === long + "z"));
    }));
  });
};

const server = net.createServer((socket) => socket.end("hello"));
server.listen(name, () => {
  log("address", server.address() === name);
  const second = net.createServer();
  second.on("error", (e) => {
    log("second", e.code, e.syscall);
    const near = net.connect(name);
    near.on("connect", () => log("connect"));
    near.on("data", (data) => log("data", data));
    near.on("close", (hadError) => {
      log("close", hadError);
      server.close(() => {
        const late = net.connect(name);
        late.on("error", (e2) => {
          log("late", e2.code, e2.syscall);
          tooLong();
        });
      });
    });
  });
  second.listen(name);
});
says("readableAll", () => net.createServer().listen({ path: "a", readableAll: true, port: 99999 }));

t.run();
