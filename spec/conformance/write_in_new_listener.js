// A write before the connection listens to 'connect' and 'close'; what listeners of 'newListener' write
// then comes behind it.
"use strict";
const t = require("./prelude");
const { net, log, listen, tape, each } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => {
    let text = "";
    socket.on("data", (data) => { text += data; });
    socket.on("end", () => {
      log(where, text);
      socket.server.close(() => next());
    });
  }, (to) => {
    const near = net.connect(to);
    const tell = tape(where);
    near.on("newListener", (event) => {
      tell("newListener", event);
      if (event === "connect") near.write("B", () => tell("B written"));
      if (event === "close") near.write("C", () => tell("C written"));
    });
    near.write("A", () => tell("A written"));
    near.removeAllListeners("newListener");
    near.end("D");
    near.resume();
  });
});

t.run();
