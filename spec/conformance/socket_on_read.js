// onread: one buffer for all data, a callback instead of 'data'.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch, props } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => socket.end("hello world"), (to, server) => {
    const tell = (...values) => log(where, ...values);
    const buffer = t.buffer(4);
    const options = {
      onread: {
        buffer: buffer,
        callback: (n, same) => {
          tell("onread", n, t.text(same, n));
        },
      },
    };
    for (const name of ["port", "host", "path"]) options[name] = to[name];
    const socket = watch(tell, net.connect(options), "connect data end finish close");
    socket.on("close", () => {
      tell(props(socket, "bytesRead"));
      server.close(next);
    });
  });
});

t.run();
