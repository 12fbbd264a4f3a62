// Address in use: 'error' with every field, no 'close', and the server can listen later.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, null, (to, first) => {
    const second = net.createServer();
    watch((...values) => log(where, ...values), second, "listening close");
    let tries = 0;
    second.on("error", (e) => {
      log(where, "error", e);
      log(where, "listening", second.listening);
      tries += 1;
      if (tries === 1) {
        first.close(() => second.listen(to));
      }
    });
    second.on("listening", () => {
      second.close(next);
    });
    second.listen(to);
    log(where, "called", second.listening);
  });
});

t.run();
