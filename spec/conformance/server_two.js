// Two servers on the same port of two addresses.
"use strict";
const t = require("./prelude");
const { net, log, each } = t;

const first = net.createServer((socket) => socket.end("first"));
const second = net.createServer((socket) => socket.end("second"));
first.listen(0, "127.0.0.1", () => {
  const port = first.address().port;
  second.listen(port, "127.0.0.2", () => {
    log(second.address().port === port, second.address().address);
    each(["127.0.0.1", "127.0.0.2"], (host, next) => {
      const near = net.connect(port, host);
      near.on("data", (data) => log(host, data));
      near.on("close", () => {
        if (host === "127.0.0.1") {
          next();
        } else {
          first.close();
          second.close();
        }
      });
    });
  });
});

t.run();
