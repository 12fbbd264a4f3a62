// A listener of 'end' that was put in front writes while the socket does not yet fail writes as behind a
// FIN; others do.
"use strict";
const t = require("./prelude");
const { net, log, listen, each, watch } = t;

const ways = ["prependListener", "prependOnceListener", "on"];
each(ways, (way, next) => {
  listen("tcp", {}, (socket) => {
    socket.resume();
    socket.server.close();
  }, (to) => {
    const near = net.connect(to);
    watch((...all) => log(way, ...all), near, "error close");
    near.on("close", () => next());
    near.resume();
    near.end();
    near[way]("end", () => near.write("x", (e) => log(way, "told", e)));
    log(way, near.listenerCount("end"));
  });
});

t.run();
