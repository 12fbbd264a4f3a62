// Every form of listen(), with what address() tells afterwards.
"use strict";
const t = require("./prelude");
const { net, log, each, newPath } = t;

const onlyHost = (address) => address.family + " " + address.address;
const host = "127.0.0.1";
const path = newPath();
const forms = [
  ["no argument", (server) => server.listen()],
  ["port 0", (server) => server.listen(0)],
  ["port as text", (server) => server.listen("0")],
  ["port and host", (server) => server.listen(0, host)],
  ["port, host, backlog", (server) => server.listen(0, "127.0.0.1", 5)],
  ["port and backlog", (server) => server.listen(0, 5)],
  ["null", (server) => server.listen(null)],
  ["options port", (server) => server.listen({ port: 0 })],
  ["backlog", (server) => server.listen({ port: 0, backlog: 3 })],
  ["options port as text", (server) => server.listen({ port: "0" })],
  ["options IPv6 host", (server) => server.listen({ port: 0, host: "::1" })],
  ["exclusive", (server) => server.listen({ port: 0, exclusive: true })],
  ["path", (server) => server.listen(path)],
  ["path and backlog", (server) => server.listen(path, 7)],
  ["options path", (server) => server.listen({ path: path })],
  ["port before path", (server) => server.listen({ port: 0, path: path })],
];
each(forms, (form, next) => {
  const server = net.createServer();
  server.on("listening", () => {
    const address = server.address();
    log(form[0], address === path ? "the path" : onlyHost(address));
    server.close(next);
  });
  log(form[0], "returns the server", form[1](server) === server);
});

t.run();
