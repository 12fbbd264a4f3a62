// Fifty clients at once: each gets its own answer, all are counted.
"use strict";
const t = require("./prelude");
const { net, log } = t;

const clients = 50;
let closed = 0;
let sum = 0;
const server = net.createServer((socket) => {
  socket.on("data", (data) => socket.end(data));
});
server.listen(0, "127.0.0.1", () => {
  const port = server.address().port;
  for (let i = 1; i <= clients; i++) {
    const near = net.connect(port, "127.0.0.1", () => near.write(t.fill("x", i)));
    near.on("data", (data) => {
      sum += data.length;
    });
    near.on("close", () => {
      closed += 1;
      if (closed === clients) {
        log("bytes", sum);
        server.close(() => log("closed"));
      }
    });
  }
});

t.run();
