// createServer and Server with and without options; listeners in the order they were added.
"use strict";
const t = require("./prelude");
const { net, log, each } = t;

const forms = [
  ["listener", (f) => net.createServer(f)],
  ["options and listener", (f) => net.createServer({ allowHalfOpen: false }, f)],
  ["nil and listener", (f) => net.createServer(null, f)],
  ["class", (f) => new net.Server(f)],
  ["class with options", (f) => new net.Server({}, f)],
];
each(forms, (form, next) => {
  const server = form[1]((socket) => {
    log(form[0], "first", socket.server === server);
  });
  server.prependListener("connection", () => log(form[0], "prepended"));
  server.on("connection", (socket) => {
    log(form[0], "last");
    socket.end();
    socket.resume();
    server.close(next);
  });
  server.listen(0, "127.0.0.1", () => {
    const near = net.connect(server.address().port, "127.0.0.1");
    near.resume();
  });
});

t.run();
