// A host that cannot be found: 'error' of the lookup.
"use strict";
const t = require("./prelude");
const { net, log, watch } = t;

const server = watch(log, net.createServer(), "listening close");
server.on("error", (e) => {
  log("error", e, e.hostname);
  log(server.listening);
});
server.listen(0, "no such name");
log(server.listening);

t.run();
