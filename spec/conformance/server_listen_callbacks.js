// The callback of listen() is one more listener of 'listening', in every form, and comes once.
"use strict";
const t = require("./prelude");
const { net, log, each, newPath } = t;

const path = newPath();
const forms = [
  ["only a callback", (server, f) => server.listen(f)],
  ["port", (server, f) => server.listen(0, f)],
  ["null", (server, f) => server.listen(null, f)],
  ["port and host", (server, f) => server.listen(0, "127.0.0.1", f)],
  ["port, host, backlog", (server, f) => server.listen(0, "127.0.0.1", 5, f)],
  ["port and backlog", (server, f) => server.listen(0, 5, f)],
  ["options", (server, f) => server.listen({ port: 0 }, f)],
  ["path", (server, f) => server.listen(path, f)],
  ["path and backlog", (server, f) => server.listen(path, 5, f)],
  ["options path", (server, f) => server.listen({ path: path }, f)],
];
each(forms, (form, next) => {
  const server = net.createServer();
  server.on("listening", () => log(form[0], "listener before"));
  form[1](server, () => log(form[0], "callback"));
  server.on("listening", () => {
    log(form[0], "listener after", server.listenerCount("listening"));
    server.close(next);
  });
});

t.run();
