// Writes in 'connect', 'data', 'end', 'finish' callbacks, echoed in turn.
"use strict";
const t = require("./prelude");
const { net, log, listen } = t;

listen("tcp", { allowHalfOpen: true }, (socket) => {
  socket.write("greeting");
  socket.on("data", (data) => socket.write(data));
  socket.on("end", () => socket.end(" and goodbye"));
}, (to, server) => {
  const near = net.connect({ port: to.port, host: to.host, allowHalfOpen: true });
  const chunks = [];
  near.on("connect", () => near.write(" one"));
  let answered = false;
  near.on("data", (data) => {
    chunks.push(data);
    if (!answered && t.join(chunks).length >= 12) {
      answered = true;
      near.write(" two", () => near.end(" three"));
    }
  });
  near.on("end", () => log(t.join(chunks)));
  near.on("close", (hadError) => {
    log("close", hadError);
    server.close();
  });
});

t.run();
