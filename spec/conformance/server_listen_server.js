// Listening on another server's handle: connections go to the server that listened last.
"use strict";
const t = require("./prelude");
const { net, log } = t;

const first = net.createServer(() => log("first"));
first.listen(0, "127.0.0.1", () => {
  const port = first.address().port;
  const second = net.createServer((socket) => {
    log("second");
    socket.end("hello");
  });
  second.listen(first, () => {
    log("same port", second.address().port === port, second.listening);
    const near = net.connect(port, "127.0.0.1");
    near.on("data", (data) => log("data", data));
    near.on("close", () => {
      second.close(() => {
        log("second closed");
        first.close(() => log("first closed"));
      });
    });
  });
});

t.run();
