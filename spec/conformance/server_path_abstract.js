// A name that starts with NUL is in Linux' abstract name space: no file.
"use strict";
const t = require("./prelude");
const { net, log, says, newPath } = t;

const name = "\0lnet-" + newPath();
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
        late.on("error", (e2) => log("late", e2.code, e2.syscall));
      });
    });
  });
  second.listen(name);
});
says("readableAll", () => net.createServer().listen({ path: "a", readableAll: true, port: 99999 }));

t.run();
