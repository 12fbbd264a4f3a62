// The backlog in each form: the kernel sees it, the server works.
"use strict";
const t = require("./prelude");
const { net, log, each } = t;

const queue = (server) => {
  const port = String(server.address().port);
  return t.shell("ss -Hltn sport = :" + port + " | awk '{ print $3 }'");
};
const forms = [
  ["default", (server) => server.listen(0)],
  ["port, backlog", (server) => server.listen(0, 3)],
  ["port, host, backlog", (server) => server.listen(0, "127.0.0.1", 4)],
  ["options", (server) => server.listen({ port: 0, backlog: 5 })],
  ["options and argument", (server) => server.listen({ port: 0 }, 6)],
  ["zero", (server) => server.listen(0, 0)],
];
each(forms, (form, next) => {
  const server = net.createServer();
  server.on("listening", () => {
    log(form[0], queue(server));
    server.close(next);
  });
  form[1](server);
});

t.run();
