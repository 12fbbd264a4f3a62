// c:pipe(c), the echo of the page; the end is passed on.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, tape, watch, props, later } = t;

each(["tcp", "unix"], (where, next) => {
  listen(where, {}, (socket) => {
    const tell = tape(where + " far");
    watch(tell, socket, "end finish close unpipe pipe");
    tell("returns the destination", socket.pipe(socket) === socket);
    tell(props(socket, "readableFlowing"));
  }, (to, server) => {
    const near = net.connect(to);
    const chunks = [];
    near.on("data", (data) => chunks.push(data));
    near.on("end", () => log(where, t.join(chunks)));
    near.on("close", () => server.close(next));
    near.write("one ");
    later(() => near.end("two"), 20);
  });
});

t.run();
